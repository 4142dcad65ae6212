#include <string.h>

#include "intakemap.h"

/*
 * The mappings that come with the program, each a text as a user would write it:
 * `liangka intake --show-format NAME` prints one to begin an own one with.
 */

/* What banks, carriers and this program call documents. */
#define ID_TYPES							\
	"[id_type]\n"							\
	"resident = \"01\", \"居民身份证\", \"身份证\", \"二代身份证\"\n"	\
	"temporary = \"02\", \"临时身份证\"\n"				\
	"household = \"03\", \"户口簿\", \"户口本\"\n"			\
	"military = \"04\", \"军官证\", \"士兵证\", \"警官证\", \"军警证\"\n"	\
	"hm_residence = \"05\", \"港澳居民居住证\"\n"			\
	"tw_residence = \"06\", \"台湾居民居住证\"\n"			\
	"hm_travel = \"07\", \"港澳居民来往内地通行证\", \"港澳通行证\", "	\
	"\"回乡证\"\n"							\
	"tw_travel = \"08\", \"台湾居民来往大陆通行证\", \"台胞证\"\n"	\
	"permanent = \"09\", \"外国人永久居留身份证\"\n"			\
	"permanent_old = \"10\", \"旧版外国人永久居留证\"\n"		\
	"passport = \"11\", \"护照\", \"外国护照\"\n"			\
	"credit_code = \"12\", \"统一社会信用代码\"\n"			\
	"other = \"99\", \"其他\", \"其他证件\"\n"

#define OPERATIONS							\
	"[operation]\n"							\
	"new = \"新开\", \"开户\", \"开卡\", \"新开户\", \"入网\", \"新入网\"\n"	\
	"replace = \"补换\", \"补卡\", \"换卡\", \"补换卡\", \"挂失补卡\"\n"	\
	"reopen = \"恢复\", \"重新开户\", \"复机\"\n"			\
	"upgrade = \"升级\"\n"						\
	"port_in = \"携入\", \"携号转入\"\n"				\
	"transfer = \"过户\"\n"						\
	"activate = \"激活\"\n"

#define CHANNELS							\
	"[channel]\n"							\
	"counter = \"柜面\", \"柜台\", \"营业厅\"\n"			\
	"self_service = \"自助\", \"自助设备\"\n"				\
	"online = \"线上\", \"网上\", \"手机银行\", \"网银\"\n"			\
	"mobile_team = \"上门\", \"移动营销\"\n"				\
	"batch = \"批量\", \"代发\"\n"					\
	"agent_shop = \"代理点\", \"代理商\"\n"

#define KINDS								\
	"[kind]\n"							\
	"open = \"开户\", \"正常\", \"新增\", \"开卡\", \"入网\", \"opened\", \"new\", \"1\"\n" \
	"close = \"销户\", \"销卡\", \"注销\", \"拆机\", \"销号\", \"closed\", " \
	"\"2\"\n"

static const char generic[] =
    "# Headings in English, one row for each card.\n"
    "[mapping]\nname = \"generic\"\n"
    "[columns]\n"
    "institution = \"institution\", \"inst\", \"bank\", \"operator\"\n"
    "card = \"card_ref\", \"card\", \"card_no\", \"account\", \"account_no\", "
    "\"msisdn\", \"reference\"\n"
    "id_type = \"id_type\", \"document_type\"\n"
    "id_no = \"id_no\", \"id_number\", \"document_no\", \"identity_no\"\n"
    "country = \"country\", \"nationality\", \"id_country\"\n"
    "product = \"product\", \"product_code\"\n"
    "opened = \"opened\", \"opened_at\", \"open_date\", \"issued\", "
    "\"issued_at\", \"date\"\n"
    "opened_time = \"open_time\", \"opened_time\"\n"
    "closed = \"closed\", \"closed_at\", \"close_date\"\n"
    "closed_time = \"close_time\", \"closed_time\"\n"
    "outlet = \"outlet\", \"branch\", \"shop\"\n"
    "teller = \"teller\", \"clerk\", \"staff\"\n"
    "txn = \"txn\", \"txn_id\", \"transaction\", \"serial\"\n"
    "visit = \"visit\", \"visit_id\"\n"
    "phone = \"phone\", \"contact_phone\", \"mobile\"\n"
    "address = \"address\"\n"
    "operation = \"operation\"\n"
    "channel = \"channel\"\n"
    "quantity = \"quantity\"\n"
    "kind = \"kind\", \"event\"\n"
    ID_TYPES OPERATIONS CHANNELS KINDS;

static const char bank[] =
    "# A bank's new cards and accounts of the day (银行每日新开卡、新开户).\n"
    "[mapping]\nname = \"bank-daily\"\n"
    "[columns]\n"
    "institution = \"机构代码\", \"银行代码\", \"法人机构\", \"银行机构代码\", "
    "\"机构编码\"\n"
    "card = \"卡号账号\", \"卡号\", \"账号\", \"账户账号\", \"银行卡号\", "
    "\"客户账号\"\n"
    "id_type = \"证件类型\", \"证件种类\"\n"
    "id_no = \"证件号码\", \"证件号\", \"身份证号\", \"身份证号码\"\n"
    "country = \"国籍\", \"国家地区\"\n"
    "product = \"账户类型\", \"产品类型\", \"卡种\", \"卡类型\", \"账户类别\", "
    "\"产品\"\n"
    "opened = \"开户日期\", \"开卡日期\", \"开户时间\", \"开卡时间\"\n"
    "opened_time = \"开户时刻\"\n"
    "closed = \"销户日期\", \"销卡日期\", \"销户时间\"\n"
    "outlet = \"开户网点\", \"网点号\", \"网点代码\", \"网点\", \"开户机构\", "
    "\"开户网点代码\"\n"
    "teller = \"柜员号\", \"柜员\", \"经办柜员\", \"经办人\"\n"
    "txn = \"流水号\", \"交易流水号\", \"业务流水号\", \"核查流水号\"\n"
    "phone = \"联系电话\", \"手机号\", \"手机号码\", \"预留手机号\"\n"
    "address = \"联系地址\", \"地址\", \"住址\", \"通讯地址\"\n"
    "operation = \"业务类型\", \"业务种类\"\n"
    "channel = \"渠道\", \"开户渠道\"\n"
    "kind = \"操作\", \"状态\", \"变动类型\"\n"
    "[product]\n"
    "bank1 = \"I类户\", \"Ⅰ类户\", \"Ⅰ类\", \"I类\", \"1类\", \"一类户\", "
    "\"借记卡\", \"储蓄卡\", \"银行卡\"\n"
    "bank2 = \"II类户\", \"Ⅱ类户\", \"Ⅱ类\", \"II类\", \"2类\", \"二类户\"\n"
    "bank3 = \"III类户\", \"Ⅲ类户\", \"Ⅲ类\", \"III类\", \"3类\", "
    "\"三类户\"\n"
    "credit = \"信用卡\", \"贷记卡\"\n"
    "social = \"社保卡\", \"社会保障卡\"\n"
    "payment = \"支付账户\"\n"
    "ecny = \"数字人民币\", \"数字人民币钱包\"\n"
    "corporate = \"对公账户\", \"单位结算账户\", \"对公\"\n"
    ID_TYPES OPERATIONS CHANNELS KINDS;

static const char carrier[] =
    "# A carrier's new numbers of the day (运营商每日入网).\n"
    "[mapping]\nname = \"carrier-daily\"\n"
    "[columns]\n"
    "institution = \"运营商\", \"运营商代码\", \"企业代码\"\n"
    "card = \"业务号码\", \"入网号码\", \"电话号码\", \"手机号码\", \"号码\", "
    "\"ICCID\"\n"
    "id_type = \"客户证件类型\", \"证件类型\", \"证件种类\"\n"
    "id_no = \"客户证件号码\", \"证件号码\", \"证件号\", \"身份证号码\"\n"
    "country = \"国籍\"\n"
    "product = \"号卡类型\", \"卡类型\", \"业务类型\", \"产品类型\"\n"
    "opened = \"入网时间\", \"入网日期\", \"开户时间\", \"开户日期\"\n"
    "closed = \"销号时间\", \"拆机时间\", \"离网时间\", \"销户日期\", "
    "\"离网日期\"\n"
    "outlet = \"营业厅\", \"营业厅代码\", \"渠道编码\", \"受理网点\", "
    "\"受理渠道\"\n"
    "teller = \"工号\", \"受理工号\", \"营业员\", \"受理人\"\n"
    "txn = \"受理流水号\", \"工单号\", \"流水号\"\n"
    "phone = \"联系电话\", \"联系号码\"\n"
    "address = \"客户地址\", \"联系地址\", \"地址\"\n"
    "operation = \"受理类型\", \"办理类型\"\n"
    "kind = \"操作\", \"状态\"\n"
    "[fixed]\nproduct = sim\n"
    "[product]\n"
    "sim = \"SIM卡\", \"手机卡\", \"电话卡\", \"主卡\", \"移动电话\", "
    "\"普通卡\"\n"
    "sim2 = \"副卡\"\n"
    "iot = \"物联网卡\"\n"
    "fixed = \"固话\", \"固定电话\"\n"
    ID_TYPES OPERATIONS CHANNELS KINDS;

static const char closures[] =
    "# Cards, accounts and numbers that were closed (销户、销卡、销号).\n"
    "[mapping]\nname = \"closures\"\nkind = close\n"
    "[columns]\n"
    "institution = \"institution\", \"inst\", \"机构代码\", \"银行代码\", "
    "\"运营商\"\n"
    "card = \"card_ref\", \"card\", \"account\", \"msisdn\", \"卡号账号\", "
    "\"卡号\", \"账号\", \"业务号码\", \"电话号码\", \"手机号码\"\n"
    "id_type = \"id_type\", \"证件类型\"\n"
    "id_no = \"id_no\", \"证件号码\"\n"
    "closed = \"closed\", \"closed_at\", \"close_date\", \"销户日期\", "
    "\"销卡日期\", \"销户时间\", \"销号时间\", \"拆机时间\", \"离网时间\"\n"
    "closed_time = \"close_time\", \"closed_time\"\n"
    ID_TYPES;

static const struct {
	const char *name, *text;
} shipped[] = {
	{ "generic", generic },
	{ "bank-daily", bank },
	{ "carrier-daily", carrier },
	{ "closures", closures },
};

/* The name of the i-th. */
const char *
intakemap_shipped(size_t i)
{

	return (i < sizeof(shipped) / sizeof(shipped[0]) ? shipped[i].name :
	    NULL);
}

/* The text of one. */
const char *
intakemap_shipped_text(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++)
		if (strcmp(shipped[i].name, name) == 0)
			return (shipped[i].text);
	return (NULL);
}
