PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE t_md_mdxx ( -- 门店信息
  mdbh TEXT PRIMARY KEY, -- 门店编号
  mdmc TEXT NOT NULL, -- 门店名称
  mddz TEXT NOT NULL, -- 门店地址
  mddh TEXT, -- 门店电话
  dzgh TEXT -- 店长工号
);
CREATE TABLE t_xt_yg ( -- 员工
  gh TEXT PRIMARY KEY, -- 工号
  xm TEXT NOT NULL, -- 姓名
  sjh TEXT, -- 手机号
  zw TEXT, -- 职务
  rzrq DATE, -- 入职日期
  lzrq DATE, -- 离职日期
  mdbh TEXT -- 所属门店
);
CREATE TABLE t_hy_hyxx ( -- 会员信息
  id INTEGER PRIMARY KEY,
  hybh TEXT NOT NULL UNIQUE, -- 会员编号
  xm TEXT, -- 姓名
  nc TEXT, -- 昵称
  xb INTEGER, -- 性别 0未知 1男 2女
  csrq DATE,
  sjh TEXT, -- 手机号
  dzyx TEXT,
  wx_openid TEXT,
  lxdz TEXT, -- 联系地址
  yzbm TEXT,
  hydj TEXT, -- 会员等级
  ljjf INTEGER, -- 累计积分
  zcmd TEXT, -- 注册门店
  zcsj TIMESTAMP, -- 注册时间
  cjr TEXT, -- 创建人
  cjsj TIMESTAMP,
  gxr TEXT, -- 更新人
  gxsj TIMESTAMP,
  scbz INTEGER NOT NULL, -- 删除标志
  bz TEXT -- 备注
);
CREATE TABLE t_hy_hyk ( -- 会员卡
  kh TEXT PRIMARY KEY, -- 卡号
  hybh TEXT NOT NULL,
  kzt INTEGER NOT NULL, -- 卡状态
  fkrq DATE NOT NULL, -- 发卡日期
  yxq DATE, -- 有效期
  ye NUMERIC NOT NULL, -- 余额
  fkmd TEXT,
  cjr TEXT
);
CREATE TABLE t_hy_jfls ( -- 积分流水
  lsh TEXT PRIMARY KEY, -- 流水号
  hybh TEXT NOT NULL,
  hync TEXT, -- 会员昵称
  hysjh TEXT, -- 会员手机
  jfbd INTEGER NOT NULL, -- 积分变动
  bdyy TEXT, -- 变动原因
  xfdh TEXT, -- 消费单号
  mdbh TEXT,
  cjr TEXT,
  cjsj TIMESTAMP NOT NULL,
  gxr TEXT,
  scbz INTEGER NOT NULL
);
CREATE TABLE t_hy_srlp ( -- 生日礼品
  id INTEGER PRIMARY KEY,
  hybh TEXT NOT NULL,
  nd INTEGER NOT NULL, -- 年度
  lpmc TEXT NOT NULL, -- 礼品名称
  shr TEXT, -- 收货人
  shdh TEXT, -- 收货电话
  shdz TEXT, -- 收货地址
  kddh TEXT, -- 快递单号
  ffzt INTEGER NOT NULL, -- 发放状态
  cjr TEXT
);
CREATE TABLE t_hy_zjjl ( -- 中奖记录
  id INTEGER PRIMARY KEY,
  hybh TEXT NOT NULL,
  hdmc TEXT NOT NULL, -- 活动名称
  jpmc TEXT NOT NULL, -- 奖品名称
  jpje NUMERIC NOT NULL, -- 奖品金额
  zjr TEXT, -- 中奖人
  sfzh TEXT, -- 身份证号
  dkse NUMERIC NOT NULL, -- 代扣税额
  dkrq DATE NOT NULL, -- 代扣日期
  cjr TEXT
);
CREATE TABLE t_hy_hyxx_bak20240601 (
  hybh TEXT,
  xm TEXT,
  nc TEXT,
  csrq DATE,
  sjh TEXT,
  lxdz TEXT,
  hydj TEXT
);
