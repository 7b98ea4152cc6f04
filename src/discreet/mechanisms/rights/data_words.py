"""Words that names of tables and columns are usually made of, spelled out in English and said in Chinese.

Words only, never names of anybody's tables: a name with one word that is not here stays as it is written.
"""

ABBREVIATIONS = {
    "acct": "account",
    "addr": "address",
    "amt": "amount",
    "cat": "category",
    "cust": "customer",
    "dept": "department",
    "desc": "description",
    "hist": "history",
    "img": "image",
    "inv": "invoice",
    "msg": "message",
    "num": "number",
    "org": "organisation",
    "pmt": "payment",
    "prod": "product",
    "pwd": "password",
    "qty": "quantity",
    "tel": "phone",
    "txn": "transaction",
    "usr": "user",
}
CAPITALS = frozenset({"api", "crm", "erp", "gps", "id", "imei", "ip", "sku", "sms", "url", "uuid", "vat"})
# In front of a name they only say that it is a table or a view.
MARKERS = frozenset({"t", "tb", "tbl", "v", "vw"})
_CHINESE = """
account 账户|activity 活动|address 地址|age 年龄|agent 客服|album 专辑|amount 金额|api API|app 应用|apply 申请
article 文章|artist 艺人|at 时间|attachment 附件|audit 审计|balance 余额|bank 银行|base 基础|bill 账单|billing 账单
birth 出生|brand 品牌|browse 浏览|by 经办|call 通话|card 卡|cart 购物车|case 案件|category 类别|chat 聊天|city 城市
client 客户|code 代码|comment 评论|company 公司|consent 同意|contact 联系人|content 内容|count 数量|country 国家
coupon 优惠券|create 创建|created 创建|crm CRM|currency 币种|customer 客户|data 数据|date 日期|deleted 删除|delivery 配送
department 部门|description 说明|detail 明细|device 设备|discount 折扣|district 区县|document 文件|email 邮箱|employee 员工
end 结束|event 事件|express 快递|favorite 收藏|favourite 收藏|feedback 反馈|file 文件|finance 财务|first 首次|follow 关注
gender 性别|group 分组|history 历史|hr 人事|id 编号|image 图片|info 信息|invoice 发票|ip IP|item 明细|items 明细|job 职位
language 语言|last 最近|level 等级|like 点赞|line 明细|location 位置|log 日志|login 登录|logistics 物流|mail 邮件
marketing 营销|member 会员|message 消息|mobile 手机|modified 修改|money 金额|name 名称|news 资讯|newsletter 资讯邮件|note 备注
notes 备注|notice 通知|notification 通知|number 编号|order 订单|organisation 组织|page 页面|paid 支付|passenger 乘客
password 密码|patient 患者|pay 支付|payment 支付|person 人员|phone 电话|photo 照片|plan 方案|point 积分|points 积分
position 职位|preference 偏好|price 价格|product 商品|profile 资料|province 省份|purchase 购买|quantity 数量|reason 原因
receiver 收货人|record 记录|refund 退款|region 地区|remark 备注|reply 回复|report 报告|return 退货|review 评价|role 角色
sale 销售|sales 销售|score 评分|search 搜索|session 会话|setting 设置|shipment 发货|shipping 配送|shop 商店|sign 签到
sms 短信|source 来源|staff 员工|start 开始|state 状态|status 状态|stock 库存|store 门店|street 街道|subscription 订阅
supplier 供应商|support 客户支持|survey 问卷|tag 标签|task 任务|tax 税|team 团队|template 模板|text 文本|ticket 工单
time 时间|title 标题|token 令牌|total 总计|track 跟踪|trade 交易|transaction 交易|travel 行程|trip 行程|type 类型
unit 单位|update 更新|updated 更新|url 网址|user 用户|value 值|vip VIP|visit 访问|voucher 券|wallet 钱包|warehouse 仓库|web 网站
zip 邮编|placed 下单|on 日期|opened 打开|closed 关闭|subject 主题|body 正文|sent 发送|channel 渠道|method 方式|provider 服务商
due 到期|issued 开具|author 作者|kind 种类|size 大小|shipped 发货|delivered 送达|received 收到|billed 开单|year 年份|month 月份
campaign 营销活动|cookie Cookie|fair 展会|lead 潜在客户|loyalty 会员计划|marketplace 平台|open 打开|segment 人群|send 发送
subscriber 订阅者|opens 打开记录|sends 发送记录|seg 分组|members 成员|warranty 质保|showroom 展厅|till 收银机|webshop 网店
export 导出|scan 扫描|cards 卡|returns 退货|assigned 指派|to 给
"""
CHINESE = dict(pair.split(" ", 1) for line in _CHINESE.split("\n") for pair in line.split("|") if pair)
