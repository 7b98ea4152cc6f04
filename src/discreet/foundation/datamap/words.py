"""The words that `proposals` knows: English, Chinese, pinyin and its usual abbreviations.

Phrases are lower-case words separated by one space, as `tokens_of` makes them.
"""

from collections.abc import Mapping


def _words(rows: Mapping[str, str]) -> dict[str, str]:
    return {word.strip(): category for category, words in rows.items() for word in words.split(",")}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STRONG_WORDS = _words(
    {
        "email": "email, e mail, mail, mailbox, email address, youxiang, yx, dzyx",
        "phone": "phone, mobile, tel, telephone, cell, cellphone, fax, msisdn, phone number, mobile number,"
        "shouji, dianhua, sj, sjh, sjhm, lxdh, dh",
        "username": "username, user name, login name, login id, screen name, yonghuming, yhm, operator name",
        "password_hash": "password, passwd, pwd, password hash, pwd hash, pw hash, pw, passphrase, mima, mm",
        "secret": "totp secret, otp secret, security answer, recovery code",
        "token": "access token, refresh token, api key, session token",
        "name": "first name, last name, middle name, full name, surname, given name, family name,"
        "real name, display name, nickname, nick name, contact name, customer name, member name, client name,"
        "holder, cardholder, card holder, recipient, recipient name, receiver name, consignee, ship to name,"
        "buyer name, sender name, receiver, addressee, patient name, employee name, person name, caller,"
        "xingming, xm, nicheng, lxr, shr",
        "birth_date": "birthday, birth date, birthdate, dob, date of birth, shengri, csrq, sr",
        "age": "age, nianling",
        "gender": "gender, sex, salutation, xingbie, xb",
        "address": "address, addr, street, house number, address line, dizhi, dz, zhuzhi",
        "postal_code": "zip, zipcode, zip code, postcode, post code, postal code, plz, youbian, yb, yzbm",
        "ip_address": "ip, ip address, ip addr, ipaddr, client ip, last ip, remote addr",
        "geo_location": "lat, lng, lon, latitude, longitude, geo, gps, location",
        "national_id": "id card, idcard, id card no, id no, national id, identity number, sfz, sfzh, sfzhm,"
        "shenfenzheng",
        "social_security_id": "ssn, social security number, nino, sbh",
        "passport": "passport, passport no, passport number, huzhao, hzh",
        "driving_licence": "driving licence, driver license, licence no",
        "tax_id": "tax id, tax number, vat number, nsrsbh",
        "vehicle_plate": "licence plate, license plate, plate number, chepai, cph",
        "payment_card": "card number, card no, credit card, pan, ccv, cvv, cvc, card expiry, kahao",
        "bank_account": "iban, bank account, account no, account number, bank card, yhzh, yhkh, yinhangka",
        "social_media": "openid, open id, unionid, union id, wechat, weixin, wx, qq, twitter, facebook, "
        "skype",
        "device_id": "user agent, ua, device id, imei, idfa, mac address, device fingerprint",
        "cookie_id": "cookie, cookie id, visitor id, client id",
        "photo": "avatar, photo, portrait, touxiang",
        "health": "diagnosis, disease, allergy, allergies, blood type, medication, health, jibing, bingshi",
        "disability": "disability, canji",
        "religion": "religion, religious belief, zongjiao",
        "ethnicity": "ethnicity, race, minzu, mz",
        "political_opinion": "political party, political opinion, zhengzhi mianmao, zzmm",
        "sexual_life": "sexual orientation",
        "union_membership": "trade union",
        "biometric": "fingerprint, face id, voiceprint, zhiwen",
        "marital_status": "marital status, hunyin, hyzk",
        "nationality": "nationality, citizenship, guoji",
        "education": "education, degree, school, xueli, xl",
        "employment": "job, job title, occupation, profession, employer, hire date, zhiye, zhiwu, "
        "gongzuo, dwmc",
        "income": "income, salary, wage, shouru, gongzi",
        "signature": "signature",
        "free_text": "biography, about me",
        "customer_id": "customer number, customer no, customer code, member no, member number, client number,"
        "khbh, khh, hyh, hybh",
    }
)

CONTEXT_WORDS = _words(
    {
        "name": "name, contact, author",
        "address": "line, city, state, province, region, county, district, country, town, suburb, sheng, shi, qu",
        "employment": "title, position, department, company",
        "free_text": "note, notes, remark, remarks, comment, comments, content, description, message, body,"
        "text,"
        "feedback, summary, reason, beizhu, bz",
        "photo": "icon, picture, image, pics",
        "phone": "extension",
        "language": "language, locale",
        "membership": "loyalty level, member level, tier",
        "preference": "preference, preferences, newsletter",
    }
)

# a header that ends so is about the thing, it is not the thing
NOT_AFTER = _set(
    "id ids status type kind count num flag verified at on time date template sent enabled opt format "
    "url code hash version index sort score level is size"
)

PEOPLE_WORDS = _set(
    "customer client member user person contact subscriber lead patient student guest passenger buyer seller "
    "donor applicant candidate tenant resident visitor participant individual consumer account "
    "shopper recipient kehu huiyuan yonghu lianxiren"
)
SUPPLIER_WORDS = _set("supplier vendor manufacturer gongyingshang")
STAFF_WORDS = _set("employee staff admin administrator agent operator worker yuangong guanliyuan")
TABLE_PADDING = _set("info base basic master table tbl detail profile record data main xinxi ziliao")

ZH_PEOPLE = _set("客户 会员 用户 联系人 顾客 买家 卖家 患者 学生 订阅者 线索 个人 人员 旅客 住户")
ZH_SUPPLIERS = _set("供应商 厂商")
ZH_STAFF = _set("员工 职员 管理员 后台用户 坐席 客服")
ZH_NOT = ("是否", "状态", "数量", "次数", "类型", "时间", "编码", "模板", "开关", "排序")
ZH_WORDS = _words(
    {
        "name": "姓名, 联系人, 收货人, 收件人, 昵称, 持卡人, 真实姓名, 客户名称, 收货人姓名",
        "phone": "手机, 手机号, 电话, 手机号码, 联系电话, 传真, 收货人电话",
        "email": "邮箱, 电子邮件, 电子邮箱",
        "address": "地址, 住址, 详细地址, 收货地址, 省份, 城市, 区县",
        "postal_code": "邮编, 邮政编码",
        "birth_date": "生日, 出生日期, 出生年月",
        "gender": "性别",
        "age": "年龄",
        "username": "用户名, 登录名, 操作人",
        "password_hash": "密码",
        "national_id": "身份证, 身份证号, 证件号码",
        "passport": "护照, 护照号",
        "bank_account": "银行账号, 银行卡, 银行账户",
        "payment_card": "信用卡, 卡号",
        "ip_address": "IP地址",
        "photo": "头像, 照片",
        "health": "病史, 过敏, 诊断, 健康状况, 疾病",
        "religion": "宗教, 信仰",
        "ethnicity": "民族",
        "political_opinion": "政治面貌",
        "employment": "职业, 职位, 工作单位, 职务",
        "education": "学历",
        "income": "收入, 工资",
        "marital_status": "婚姻",
        "nationality": "国籍",
        "free_text": "备注, 留言, 个性签名, 评论内容",
        "social_media": "微信, 微博",
        "vehicle_plate": "车牌",
        "customer_id": "客户编号, 会员号, 会员编号, 客户号",
    }
)
