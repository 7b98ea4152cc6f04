"""Addresses of this mechanism: staff pages under /desk/, public pages under /privacy/."""

from django.urls import path

from discreet.mechanisms.rights import centre, desk
from discreet.mechanisms.rights.copying import desk as desk_package
from discreet.mechanisms.rights.correcting import centre as correction_centre
from discreet.mechanisms.rights.correcting import desk as correction_desk
from discreet.mechanisms.rights.course import desk as desk_course
from discreet.mechanisms.rights.deciding import desk as decision_pages
from discreet.mechanisms.rights.figures import desk as figure_pages
from discreet.mechanisms.rights.kinds import OFFERED, Way, slug_of, way_of
from discreet.mechanisms.rights.letters import desk as letter_pages
from discreet.mechanisms.rights.lists import desk as import_pages
from discreet.mechanisms.rights.opening import mailbox_centre
from discreet.mechanisms.rights.outside import centre as centre_recipients
from discreet.mechanisms.rights.outside import desk as desk_recipients
from discreet.mechanisms.rights.outside import manual_desk as desk_manual

app_name = "rights"
urlpatterns = [
    path("desk/requests/", desk.requests, name="requests"),
    path("desk/requests/board/", figure_pages.board, name="board"),
    path("desk/requests/figures/", figure_pages.company_figures, name="figures"),
    path("desk/requests/import/", import_pages.upload, name="import"),
    path("desk/requests/import/<str:draft>/", import_pages.preview, name="import_preview"),
    path("desk/requests/import/<str:draft>/drop/", import_pages.drop, name="import_drop"),
    path("desk/batches/<str:name>/", import_pages.batch, name="batch"),
    path("desk/batches/<str:name>/verify/", import_pages.verify, name="batch_verify"),
    path("desk/requests/new/", desk.new, name="new"),
    path("desk/requests/<str:number>/", desk.request_page, name="request"),
    path("desk/requests/<str:number>/verify/", desk.verify, name="verify"),
    path("desk/requests/<str:number>/authorise/", desk_course.authorise, name="authorise"),
    path("desk/requests/<str:number>/acknowledge/", desk_course.acknowledge, name="acknowledge"),
    path("desk/requests/<str:number>/extend/", desk_course.extend, name="extend"),
    path("desk/requests/<str:number>/pause/", desk_course.pause, name="pause"),
    path("desk/requests/<str:number>/resume/", desk_course.resume, name="resume"),
    path("desk/requests/<str:number>/duplicate/", desk_course.duplicate, name="duplicate"),
    path("desk/requests/<str:number>/appeal/", desk_course.appeal, name="note_appeal"),
    path("desk/requests/<str:number>/appeal/back/", desk_course.appeal_back, name="take_back_appeal"),
    path("desk/requests/<str:number>/dismiss/", desk_course.dismiss, name="dismiss"),
    path("desk/requests/<str:number>/reopen/", desk_course.reopen, name="reopen"),
    path("desk/requests/<str:number>/choose/", desk.choose, name="choose"),
    path("desk/requests/<str:number>/plan/", desk.plan_again, name="plan"),
    path("desk/requests/<str:number>/decide/", decision_pages.decide, name="decide"),
    path("desk/requests/<str:number>/shared/", desk.decide_shared, name="shared"),
    path("desk/requests/<str:number>/accept/", desk.accept, name="accept"),
    path("desk/requests/<str:number>/send-back/", desk.send_back, name="send_back"),
    path("desk/requests/<str:number>/search-again/", desk.search_again, name="search_again"),
    path("desk/requests/<str:number>/refuse/", decision_pages.refuse, name="refuse"),
    path("desk/requests/<str:number>/reveal/", desk.reveal, name="reveal"),
    path("desk/requests/<str:number>/answer/", desk.answer, name="answer"),
    path("desk/requests/<str:number>/copy/", desk.take_copy, name="take_copy"),
    path("desk/requests/<str:number>/package/", desk_package.package, name="package_preview"),
    path("desk/requests/<str:number>/letters/<str:occasion>/", letter_pages.write, name="write_letter"),
    path("desk/requests/<str:number>/letters/<str:occasion>.pdf", letter_pages.letter, name="letter_of"),
    path("desk/letters/", letter_pages.letter_texts, name="letter_texts"),
    path("desk/letters/<str:language>/<str:part>/", letter_pages.letter_text, name="letter_text"),
    path("desk/letters/<str:language>/<str:part>/check/", letter_pages.check, name="letter_check"),
    path("desk/letters/<str:language>/<str:part>/preview.pdf", letter_pages.preview, name="letter_preview"),
    path("desk/requests/<str:number>/manual/", desk_manual.manual, name="manual"),
    path("desk/requests/<str:number>/manual/<int:ask_id>/show/", desk_manual.show, name="manual_show"),
    path("desk/requests/<str:number>/manual/<int:ask_id>/answer/", desk_manual.answer, name="manual_answer"),
    path("desk/requests/<str:number>/manual/<int:ask_id>/file/", desk_manual.file, name="manual_file"),
    path("desk/requests/<str:number>/manual/<int:ask_id>/again/", desk_manual.take_back, name="manual_again"),
    path("desk/requests/<str:number>/manual/<int:ask_id>/keep/", desk_manual.keep, name="manual_keep"),
    path("desk/requests/<str:number>/recipients/", desk_recipients.recipients, name="recipients"),
    path(
        "desk/requests/<str:number>/recipients/<int:notice_id>/show/",
        desk_recipients.show,
        name="recipient_show",
    ),
    path(
        "desk/requests/<str:number>/recipients/<int:notice_id>/note/",
        desk_recipients.note,
        name="recipient_note",
    ),
    path("desk/requests/<str:number>/letter.pdf", desk.letter, name="letter"),
    path("desk/requests/<str:number>/report.pdf", desk.case_report, name="report"),
    path("desk/requests/<str:number>/proof.json", desk.proof, name="proof"),
    path("desk/requests/<str:number>/correction/", correction_desk.correction, name="correction"),
    path("desk/requests/<str:number>/correction/wish/", correction_desk.wish, name="wish"),
    path(
        "desk/requests/<str:number>/correction/places/", correction_desk.decide_places, name="decide_places"
    ),
    *(
        path(
            f"privacy/ask/{slug_of(kind)}/",
            correction_centre.ask if way_of(kind) is Way.CORRECT else centre.ask,
            {"kind": kind},
            name=f"ask_{kind.value}",
        )
        for kind in OFFERED
    ),
    path("privacy/codes/<str:token>/", mailbox_centre.mailbox, name="mailbox"),
    path("privacy/request/<str:token>/", centre.status, name="status"),
    path("privacy/request/<str:token>/code/", centre.code, name="code"),
    path("privacy/request/<str:token>/again/", centre.again, name="again"),
    path("privacy/request/<str:token>/declare/", centre.declare, name="declare"),
    path("privacy/request/<str:token>/detail/", centre.detail, name="detail"),
    path("privacy/request/<str:token>/appeal/", centre.appeal, name="appeal"),
    path("privacy/request/<str:token>/appeal/back/", centre.appeal_back, name="appeal_back"),
    path("privacy/request/<str:token>/cancel/", centre.cancel, name="cancel"),
    path("privacy/request/<str:token>/letter.pdf", centre.letter, name="public_letter"),
    path("privacy/request/<str:token>/letters/<str:occasion>.pdf", centre.letter_of, name="public_letter_of"),
    path("privacy/request/<str:token>/proof.json", centre.proof, name="public_proof"),
    path("privacy/told/<str:token>/", centre_recipients.told, name="told"),
    path("privacy/told/<str:token>/show/", centre_recipients.show, name="told_show"),
    path("privacy/told/<str:token>/done/", centre_recipients.done, name="told_done"),
    path("privacy/told/<str:token>/confirm/", centre_recipients.confirm, name="told_confirm"),
    path("privacy/verifier.py", centre.verifier, name="verifier"),
    path("privacy/package/<str:number>/<str:token>/", centre.package, name="package"),
]
