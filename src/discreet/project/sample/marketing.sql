PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE users (
  usrId INTEGER PRIMARY KEY,
  usrNm TEXT NOT NULL,
  fullNm TEXT NOT NULL,
  emailAddr TEXT NOT NULL,
  isActv INTEGER NOT NULL
);
CREATE TABLE subscribers (
  subId INTEGER PRIMARY KEY,
  emailAddr TEXT,
  fName TEXT,
  lName TEXT,
  mobNo TEXT,
  lang TEXT,
  custRef TEXT,
  cookieId TEXT,
  optInTs TIMESTAMP,
  optInSrc TEXT,
  optInIp TEXT,
  consEmail INTEGER NOT NULL,
  consSms INTEGER NOT NULL,
  consProf INTEGER NOT NULL,
  consVer TEXT,
  optOutTs TIMESTAMP,
  optOutRsn TEXT,
  prefJson TEXT,
  updBy INTEGER,
  delFlg INTEGER NOT NULL
);
CREATE TABLE campaigns (
  campId INTEGER PRIMARY KEY,
  campNm TEXT NOT NULL,
  subjLn TEXT NOT NULL,
  chan TEXT NOT NULL,
  sentTs TIMESTAMP NOT NULL,
  budgAmt NUMERIC NOT NULL,
  crtBy INTEGER NOT NULL,
  updBy INTEGER
);
CREATE TABLE sends (
  sendId INTEGER PRIMARY KEY,
  campId INTEGER NOT NULL,
  subId INTEGER NOT NULL,
  emailAddr TEXT,
  sentTs TIMESTAMP NOT NULL,
  stat TEXT NOT NULL,
  msgHash TEXT NOT NULL
);
CREATE TABLE opens (
  openId INTEGER PRIMARY KEY,
  sendId INTEGER NOT NULL,
  openTs TIMESTAMP NOT NULL,
  ipAddr TEXT NOT NULL,
  usrAgt TEXT NOT NULL
);
CREATE TABLE segments (
  segId INTEGER PRIMARY KEY,
  segNm TEXT NOT NULL,
  ruleJson TEXT NOT NULL,
  crtBy INTEGER NOT NULL,
  crtTs TIMESTAMP NOT NULL
);
CREATE TABLE segMembers (
  segId INTEGER NOT NULL,
  subId INTEGER NOT NULL,
  PRIMARY KEY (segId, subId)
);
CREATE TABLE webEvents (
  evtId INTEGER PRIMARY KEY,
  cookieId TEXT NOT NULL,
  subId INTEGER,
  evtTyp TEXT NOT NULL,
  pageUrl TEXT NOT NULL,
  ipAddr TEXT NOT NULL,
  usrAgt TEXT NOT NULL,
  evtTs TIMESTAMP NOT NULL
);
CREATE TABLE fairLeads (
  leadId INTEGER PRIMARY KEY,
  fairNm TEXT NOT NULL,
  fullNm TEXT,
  compNm TEXT,
  jobTtl TEXT,
  emailAddr TEXT,
  telNo TEXT,
  cardImg TEXT,
  noteTxt TEXT,
  consEmail INTEGER NOT NULL,
  scanBy INTEGER NOT NULL,
  scanTs TIMESTAMP NOT NULL
);
