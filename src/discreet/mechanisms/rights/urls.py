"""Addresses of this mechanism: staff pages under /desk/, public pages under /privacy/."""

from django.urls import path

from discreet.mechanisms.rights import centre, desk

app_name = "rights"
urlpatterns = [
    path("desk/requests/", desk.requests, name="requests"),
    path("desk/requests/new/", desk.new, name="new"),
    path("desk/requests/<str:number>/", desk.request_page, name="request"),
    path("desk/requests/<str:number>/verify/", desk.verify, name="verify"),
    path("desk/requests/<str:number>/choose/", desk.choose, name="choose"),
    path("desk/requests/<str:number>/plan/", desk.plan_again, name="plan"),
    path("desk/requests/<str:number>/shared/", desk.decide_shared, name="shared"),
    path("desk/requests/<str:number>/accept/", desk.accept, name="accept"),
    path("desk/requests/<str:number>/send-back/", desk.send_back, name="send_back"),
    path("desk/requests/<str:number>/search-again/", desk.search_again, name="search_again"),
    path("desk/requests/<str:number>/refuse/", desk.refuse, name="refuse"),
    path("desk/requests/<str:number>/reveal/", desk.reveal, name="reveal"),
    path("desk/requests/<str:number>/answer/", desk.answer, name="answer"),
    path("desk/requests/<str:number>/letter.pdf", desk.letter, name="letter"),
    path("desk/requests/<str:number>/report.pdf", desk.case_report, name="report"),
    path("desk/requests/<str:number>/proof.json", desk.proof, name="proof"),
    path("privacy/ask/access/", centre.ask_access, name="ask_access"),
    path("privacy/ask/erasure/", centre.ask_erasure, name="ask_erasure"),
    path("privacy/request/<str:token>/", centre.status, name="status"),
    path("privacy/request/<str:token>/code/", centre.code, name="code"),
    path("privacy/request/<str:token>/again/", centre.again, name="again"),
    path("privacy/request/<str:token>/cancel/", centre.cancel, name="cancel"),
    path("privacy/request/<str:token>/letter.pdf", centre.letter, name="public_letter"),
    path("privacy/request/<str:token>/proof.json", centre.proof, name="public_proof"),
    path("privacy/verifier.py", centre.verifier, name="verifier"),
    path("privacy/package/<str:number>/<str:token>/", centre.package, name="package"),
]
