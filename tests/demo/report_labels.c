#include <string.h>

#include "report_parts.h"

/* The groups that the generator knows, in the order in which they are shown. */
static const char *const labels[][2] = {
	{"ordinary", "普通居民"},
	{"moving-house", "刚搬家，数日内多处办理"},
	{"shopping-around", "比较几家后办理"},
	{"over-limit", "同行再开Ⅰ类户"},
	{"payroll", "代发工资批量开户"},
	{"freshmen", "新生入学，学校批量"},
	{"freshmen-self", "新生入学，自行办理"},
	{"migrants", "节后返岗务工人员"},
	{"family-package", "家庭套餐"},
	{"family-phone", "一家人共用电话"},
	{"household", "一家人同一住址"},
	{"family-home", "一家人同住共用电话"},
	{"couple-device", "夫妻共用一部手机"},
	{"minors", "未成年人，监护人在场"},
	{"minors-alone", "未成年人，无监护人"},
	{"replacement", "补换卡两次"},
	{"close-and-new", "当日销号再开"},
	{"typing-error", "录入错误后更正"},
	{"host-crash", "系统故障后重发"},
	{"foreigners", "外籍及港澳台证件"},
	{"old-numbers", "15位旧证号"},
	{"renewed", "换发新护照"},
	{"companies", "单位账户"},
	{"listed-sanction", "惩戒对象开立Ⅰ类户"},
	{"listed-sanction-sim", "惩戒对象办理电话卡"},
	{"listed-case", "案件核查中、账户冻结"},
	{"listed-protect", "挂失、被冒用、本人申请保护"},
	{"listed-phone", "联系电话涉案"},
	{"listed-agent", "代办人为惩戒对象"},
	{"listed-appeal", "申诉成功前"},
	{"outlet-suspended", "被暂停的网点"},
	{"ring-hour", "一小时内连跑多家银行"},
	{"ring-race", "两三个柜台同一秒办理"},
	{"ring-kit", "首张电话卡加首张银行卡"},
	{"ring-papers", "同一人换用多种证件"},
	{"ring-retry", "被拒后换网点换柜员"},
	{"ring-slow-7d", "七日内第三家机构"},
	{"ring-slow-30d", "三十日内第五张"},
	{"ring-slow-60d", "六十日内第八张"},
	{"ring-open-close", "开了就销，再开"},
	{"ring-slow-wide", "六十日内第七家机构"},
	{"ring-under-all", "低于所有门槛"},
	{"ring-contact", "多人共用电话和住址"},
	{"ring-phone", "多人共用电话"},
	{"ring-address", "多人共用住址"},
	{"ring-agent", "同一人代办多名老人"},
	{"ring-driver", "同一人带多人开卡"},
	{"ring-device", "多人共用一部设备"},
	{"ring-tries", "问一家换一家"},
	{"ring-passports", "同一人两本护照"},
	{"ring-crowd", "外地人扎堆一个网点"},
};

#define LABELS (sizeof(labels) / sizeof(labels[0]))

/* Where an id stands in the table; behind it where it does not. */
size_t
report_rank(const char *id)
{
	size_t i = 0;

	while (i < LABELS && strcmp(labels[i][0], id) != 0)
		i++;
	return (i);
}

/* The word beside it; a user's own groups show their id alone. */
const char *
report_label(const char *id)
{
	size_t i = report_rank(id);

	return (i < LABELS ? labels[i][1] : "");
}
