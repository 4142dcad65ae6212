#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "plugin/conf.h"
#include "store/entry.h"

#include "words.h"

#define END { NULL, NULL, 0 }

const struct word words_id_type[] = {
	{ "resident", "居民身份证", LK_ID_RESIDENT },
	{ "temporary", "临时身份证", LK_ID_TEMPORARY },
	{ "household", "户口簿", LK_ID_HOUSEHOLD },
	{ "military", "军警证", LK_ID_MILITARY },
	{ "hm_residence", "港澳居民居住证", LK_ID_HM_RESIDENCE },
	{ "tw_residence", "台湾居民居住证", LK_ID_TW_RESIDENCE },
	{ "hm_travel", "港澳通行证", LK_ID_HM_TRAVEL },
	{ "tw_travel", "台胞证", LK_ID_TW_TRAVEL },
	{ "permanent", "外国人永居证", LK_ID_PERMANENT },
	{ "permanent_old", "旧版永居证", LK_ID_PERMANENT_OLD },
	{ "passport", "护照", LK_ID_PASSPORT },
	{ "credit_code", "统一社会信用代码", LK_ID_CREDIT_CODE },
	{ "other", "其他证件", LK_ID_OTHER },
	END
};

const struct word words_subject[] = {
	{ "person", "个人", LK_SUBJECT_PERSON },
	{ "organisation", "单位", LK_SUBJECT_ORGANISATION },
	END
};

const struct word words_operation[] = {
	{ "new", "新开", LK_OP_NEW },
	{ "replace", "补换", LK_OP_REPLACE },
	{ "reopen", "恢复", LK_OP_REOPEN },
	{ "upgrade", "升级", LK_OP_UPGRADE },
	{ "port_in", "携入", LK_OP_PORT_IN },
	{ "transfer", "过户", LK_OP_TRANSFER },
	{ "activate", "激活", LK_OP_ACTIVATE },
	END
};

const struct word words_product[] = {
	{ "bank1", "Ⅰ类户", LK_PRODUCT_BANK1 },
	{ "bank2", "Ⅱ类户", LK_PRODUCT_BANK2 },
	{ "bank3", "Ⅲ类户", LK_PRODUCT_BANK3 },
	{ "credit", "信用卡", LK_PRODUCT_CREDIT },
	{ "social", "社保卡", LK_PRODUCT_SOCIAL },
	{ "payment", "支付账户", LK_PRODUCT_PAYMENT },
	{ "ecny", "数字人民币", LK_PRODUCT_ECNY },
	{ "sim", "电话卡", LK_PRODUCT_SIM },
	{ "sim2", "副卡", LK_PRODUCT_SIM2 },
	{ "iot", "物联网卡", LK_PRODUCT_IOT },
	{ "fixed", "固话", LK_PRODUCT_FIXED },
	{ "corporate", "对公账户", LK_PRODUCT_CORPORATE },
	END
};

const struct word words_channel[] = {
	{ "counter", "柜面", LK_CHANNEL_COUNTER },
	{ "self_service", "自助", LK_CHANNEL_SELF_SERVICE },
	{ "online", "线上", LK_CHANNEL_ONLINE },
	{ "mobile_team", "上门", LK_CHANNEL_MOBILE_TEAM },
	{ "batch", "批量", LK_CHANNEL_BATCH },
	{ "agent_shop", "代理点", LK_CHANNEL_AGENT_SHOP },
	END
};

const struct word words_purpose[] = {
	{ "unknown", "未知", LK_PURPOSE_UNKNOWN },
	{ "salary", "工资", LK_PURPOSE_SALARY },
	{ "student", "学生", LK_PURPOSE_STUDENT },
	{ "social", "社保", LK_PURPOSE_SOCIAL },
	{ "pension", "养老", LK_PURPOSE_PENSION },
	{ "loan", "贷款", LK_PURPOSE_LOAN },
	{ "family", "家庭", LK_PURPOSE_FAMILY },
	{ "daily", "日常", LK_PURPOSE_DAILY },
	{ "other", "其他", LK_PURPOSE_OTHER },
	END
};

const struct word words_relation[] = {
	{ "none", "无代理", LK_AGENT_NONE },
	{ "guardian", "监护人", LK_AGENT_GUARDIAN },
	{ "parent", "父母", LK_AGENT_PARENT },
	{ "spouse", "配偶", LK_AGENT_SPOUSE },
	{ "employer", "单位", LK_AGENT_EMPLOYER },
	{ "carer", "照护人", LK_AGENT_CARER },
	{ "other", "其他", LK_AGENT_OTHER },
	END
};

const struct word words_decision[] = {
	{ "pass", "通过", LK_PASS },
	{ "limit", "限制", LK_LIMIT },
	{ "review", "复核", LK_REVIEW },
	{ "reject", "拒绝", LK_REJECT },
	END
};

const struct word words_then[] = {
	{ "tell", "告知", LK_PASS },
	{ "limit", "限制", LK_LIMIT },
	{ "review", "复核", LK_REVIEW },
	{ "reject", "拒绝", LK_REJECT },
	END
};

const struct word words_need[] = {
	{ "guardian", "监护人到场", LK_NEED_GUARDIAN },
	{ "purpose_proof", "用途证明", LK_NEED_PURPOSE_PROOF },
	{ "face_check", "人脸核验", LK_NEED_FACE_CHECK },
	{ "manager", "主管确认", LK_NEED_MANAGER },
	{ "centre", "反诈中心审核", LK_NEED_CENTRE },
	{ "keep_waiting", "稳住申请人", LK_NEED_KEEP_WAITING },
	END
};

const struct word words_by[] = {
	{ "none", "无", LK_BY_NONE },
	{ "counter", "网点", LK_BY_COUNTER },
	{ "institution", "机构", LK_BY_INSTITUTION },
	{ "centre", "反诈中心", LK_BY_CENTRE },
	END
};

const struct word words_standing[] = {
	{ "none", "无需审核", LK_STANDING_NONE },
	{ "open", "待审核", LK_STANDING_OPEN },
	{ "taken", "审核中", LK_STANDING_TAKEN },
	{ "dispatched", "已派警", LK_STANDING_DISPATCHED },
	{ "approved", "已批准", LK_STANDING_APPROVED },
	{ "denied", "已驳回", LK_STANDING_DENIED },
	{ "expired", "已过期", LK_STANDING_EXPIRED },
	{ "withdrawn", "已撤回", LK_STANDING_WITHDRAWN },
	END
};

const struct word words_result_flag[] = {
	{ "fallback", "服务未应答，按配置处理", LK_R_FALLBACK },
	{ "stale", "名单过旧", LK_R_STALE },
	{ "duplicate", "重复请求，结果同前", LK_R_DUPLICATE },
	{ "replaced", "取代了原预约", LK_R_REPLACED },
	{ "dry_run", "试算", LK_R_DRY_RUN },
	{ "offline", "离线决定", LK_R_OFFLINE },
	{ "late", "迟到的应答", LK_R_LATE },
	{ "sandbox", "测试环境", LK_R_SANDBOX },
	{ "clock", "系统时钟可疑", LK_R_CLOCK },
	END
};

const struct word words_entry_flag[] = {
	{ "clock", "时钟可疑", ENTRY_F_CLOCK },
	{ "dry", "试算", ENTRY_F_DRY },
	{ "posthoc", "事后补录", ENTRY_F_POSTHOC },
	{ "guardian", "监护人到场", ENTRY_F_GUARDIAN },
	{ "late", "逾期确认", ENTRY_F_LATE },
	{ "override", "违反决定", ENTRY_F_OVERRIDE },
	{ "cleared", "使用豁免", ENTRY_F_CLEARED },
	{ "tombstone", "先行撤销", ENTRY_F_TOMBSTONE },
	{ "date_only", "仅知日期", ENTRY_F_DATE_ONLY },
	{ "extra", "超出数量", ENTRY_F_EXTRA },
	{ "sandbox", "测试环境", ENTRY_F_SANDBOX },
	{ "after_cancel", "撤销后确认", ENTRY_F_AFTER_CANCEL },
	{ "unwind", "收回", ENTRY_F_UNWIND },
	{ "sealed", "身份封存", ENTRY_F_SEALED },
	{ "stale_lists", "名单陈旧", (int32_t)ENTRY_F_STALE },
	{ "outlet", "网点原因", (int32_t)ENTRY_F_OUTLET },
	{ "campaign_head", "计入批次", (int32_t)ENTRY_F_HEAD },
	{ "campaign_full", "批次已满", (int32_t)ENTRY_F_FULL },
	{ "refused", "不予办理", ENTRY_F_REFUSED },
	{ "claimed", "自称同一人", (int32_t)ENTRY_F_CLAIMED },
	{ "away", "外地申请人", (int32_t)ENTRY_F_AWAY },
	{ "stock", "存量", (int32_t)ENTRY_F_STOCK },
	{ "linked", "合并多个证件", (int32_t)ENTRY_F_LINKED },
	{ "second", "双人复核", (int32_t)ENTRY_F_SECOND },
	{ "unknown_outlet", "网点未登记", (int32_t)ENTRY_F_UNKNOWN },
	{ "first", "首卡", (int32_t)ENTRY_F_FIRST },
	{ "offline", "未经上级", (int32_t)ENTRY_F_OFFLINE },
	{ "consulted", "下级询问", (int32_t)ENTRY_F_CONSULT },
	END
};

const struct word words_cancel[] = {
	{ "left", "申请人离开", LK_CANCEL_LEFT },
	{ "left_questioned", "询问后离开", LK_CANCEL_LEFT_QUESTIONED },
	{ "typing", "录入错误", LK_CANCEL_TYPING },
	{ "system", "系统故障", LK_CANCEL_SYSTEM },
	{ "product", "改办其他", LK_CANCEL_PRODUCT },
	END
};

const struct word words_void[] = {
	{ "wrong_person", "开错人", LK_VOID_WRONG_PERSON },
	{ "test_entry", "测试录入", LK_VOID_TEST_ENTRY },
	{ "other", "其他", LK_VOID_OTHER },
	END
};

const struct word words_retire[] = {
	{ "closed", "本人销户", LK_RETIRE_CLOSED },
	{ "ported_out", "携出", LK_RETIRE_PORTED_OUT },
	{ "replaced", "已补换", LK_RETIRE_REPLACED },
	{ "involved", "涉案", LK_RETIRE_INVOLVED },
	{ "other", "其他", LK_RETIRE_OTHER },
	END
};

const struct word words_report[] = {
	{ "coached", "受人教唆", LK_REPORT_COACHED },
	{ "accompanied", "有人陪同操控", LK_REPORT_ACCOMPANIED },
	{ "documents", "证件可疑", LK_REPORT_DOCUMENTS },
	{ "face", "人证不符", LK_REPORT_FACE },
	{ "reselling", "言及买卖出借", LK_REPORT_RESELLING },
	{ "group", "结伴而来", LK_REPORT_GROUP },
	{ "coerced", "疑受胁迫", LK_REPORT_COERCED },
	{ "other", "其他", LK_REPORT_OTHER },
	END
};

const struct word words_outcome[] = {
	{ "approve", "批准", LK_RESOLVE_APPROVE },
	{ "deny", "驳回", LK_RESOLVE_DENY },
	END
};

const struct word words_intake[] = {
	{ "open", "开卡", INTAKE_OPEN },
	{ "close", "销卡", INTAKE_CLOSE },
	{ "file", "文件", INTAKE_FILE },
	END
};

const struct word words_access[] = {
	{ "person", "个人", ACCESS_PERSON },
	{ "entry", "记录", ACCESS_ENTRY },
	{ "screen", "存量筛查", ACCESS_SCREEN },
	END
};

const struct word words_kind[] = {
	{ "decision", "核查", ENTRY_DECISION },
	{ "confirm", "确认", ENTRY_CONFIRM },
	{ "cancel", "撤销", ENTRY_CANCEL },
	{ "retire", "销卡", ENTRY_RETIRE },
	{ "void", "作废", ENTRY_VOID },
	{ "report", "警报", ENTRY_REPORT },
	{ "review", "审核", ENTRY_REVIEW },
	{ "intake", "录入", ENTRY_INTAKE },
	{ "refused", "未受理", ENTRY_REFUSED },
	{ "policy", "规则", ENTRY_POLICY },
	{ "clock", "校时", ENTRY_CLOCK },
	{ "start", "启动", ENTRY_START },
	{ "stop", "停止", ENTRY_STOP },
	{ "log", "新日志", ENTRY_LOG },
	{ "heartbeat", "心跳", ENTRY_HEARTBEAT },
	{ "gap", "停顿", ENTRY_GAP },
	{ "access", "查阅", ENTRY_ACCESS },
	{ "unseal", "启封", ENTRY_UNSEAL },
	{ "erase", "删除", ENTRY_ERASE },
	{ "list", "名单", ENTRY_LIST },
	{ "retro", "回查", ENTRY_RETRO },
	{ "merge", "并入", ENTRY_MERGE },
	{ "alert", "告警处置", ENTRY_ALERT },
	{ "link", "证件关联", ENTRY_LINK },
	{ "settle", "下级定论", ENTRY_SETTLE },
	{ "node", "节点", ENTRY_NODE },
	END
};

const struct word words_review[] = {
	{ "approve", "批准", REVIEW_APPROVE },
	{ "deny", "驳回", REVIEW_DENY },
	{ "take", "受理", REVIEW_TAKE },
	{ "release", "退回", REVIEW_RELEASE },
	{ "dispatch", "派员到场", REVIEW_DISPATCH },
	{ "result", "现场结果", REVIEW_RESULT },
	{ "propose", "提请复核", REVIEW_PROPOSE },
	{ "close", "结案", REVIEW_CLOSE },
	{ "timeout", "逾期未处理", REVIEW_TIMEOUT },
	END
};

const struct word words_found[] = {
	{ "genuine", "确系本人自用", FOUND_GENUINE },
	{ "persuaded", "经劝阻放弃", FOUND_PERSUADED },
	{ "police", "移交公安", FOUND_POLICE },
	{ "gone", "到场时已离开", FOUND_GONE },
	{ "other", "其他", FOUND_OTHER },
	END
};

const struct word words_alert[] = {
	{ "take", "接收", ALERT_STEP_TAKE },
	{ "close", "办结", ALERT_STEP_CLOSE },
	END
};

const struct word words_alert_level[] = {
	{ "outlet", "网点", ALERT_OUTLET },
	{ "county", "区县", ALERT_COUNTY },
	{ "city", "市", ALERT_CITY },
	{ "province", "省", ALERT_PROVINCE },
	END
};

const struct word words_alert_kind[] = {
	{ "rule", "规则命中", ALERT_RULE },
	{ "list", "名单命中", ALERT_LIST },
	{ "canary", "诱饵命中", ALERT_CANARY },
	{ "teller", "柜员警报", ALERT_TELLER },
	{ "override", "违规开卡", ALERT_OVERRIDE },
	{ "retro", "事后列入名单", ALERT_RETRO },
	{ "opener", "录入发现高频开卡", ALERT_OPENER },
	{ "campaign", "批次超员", ALERT_CAMPAIGN },
	{ "case", "审核逾期", ALERT_CASE },
	{ "unusual", "网点开卡异常", ALERT_UNUSUAL },
	{ "late", "断线期间误放", ALERT_LATE },
	{ "node", "节点磁盘被回退", ALERT_NODE },
	END
};

const struct word words_link[] = {
	{ "join", "同一人", LINK_JOIN },
	{ "part", "非同一人", LINK_PART },
	END
};

const struct word words_retro[] = {
	{ "hit", "命中", RETRO_HIT },
	{ "clear", "解除", RETRO_CLEAR },
	{ "above", "上级查出", RETRO_ABOVE },
	END
};

const struct word words_node[] = {
	{ "joined", "接入", NODE_JOINED },
	{ "retired", "停用", NODE_RETIRED },
	{ "replaced", "换机", NODE_REPLACED },
	{ "readmitted", "重新接纳", NODE_READMITTED },
	{ "held", "冻结", NODE_HELD },
	END
};

const struct word words_language[] = {
	{ "zh", "中文", LK_LANG_ZH },
	{ "en", "英文", LK_LANG_EN },
	END
};

const struct word words_error[] = {
	{ "OK", "成功", LK_OK },
	{ "ARG", "参数有误", LK_E_ARG },
	{ "SIZE", "结构体长度不符", LK_E_SIZE },
	{ "HANDLE", "句柄无效", LK_E_HANDLE },
	{ "CONFIG", "配置有误", LK_E_CONFIG },
	{ "UNAVAIL", "服务不可用", LK_E_UNAVAIL },
	{ "TIMEOUT", "超时", LK_E_TIMEOUT },
	{ "AGAIN", "过于频繁", LK_E_AGAIN },
	{ "BUSY", "繁忙", LK_E_BUSY },
	{ "DENIED", "无权", LK_E_DENIED },
	{ "VERSION", "版本不兼容", LK_E_VERSION },
	{ "STATE", "状态不允许", LK_E_STATE },
	{ "STALE", "名单过旧", LK_E_STALE },
	{ "BUFFER", "缓冲区太小", LK_E_BUFFER },
	{ "ENCODING", "字符编码有误", LK_E_ENCODING },
	{ "FORK", "属于父进程", LK_E_FORK },
	{ "NOMEM", "内存不足", LK_E_NOMEM },
	{ "INTERNAL", "内部错误", LK_E_INTERNAL },
	{ "CONFLICT", "交易号冲突", LK_E_CONFLICT },
	{ "UNSUPPORTED", "不支持", LK_E_UNSUPPORTED },
	{ "INPUT", "证件或编号有误", LK_E_INPUT },
	END
};

/* Are these the same word, whatever the case, - being _? */
static int
same(const char *a, const char *b)
{
	char x, y;

	do {
		x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) :
		    *a == '-' ? '_' : *a;
		y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
		a++;
		b++;
	} while (x == y && x != '\0');
	return (x == y);
}

/* Find a code. */
int
words_find(const struct word *table, const char *text, int32_t *code)
{
	const struct word *w;
	char number[16];

	for (w = table; w->name != NULL; w++) {
		(void)snprintf(number, sizeof(number), "%d", w->code);
		if (same(text, w->name) || strcmp(text, w->zh) == 0 ||
		    strcmp(text, number) == 0) {
			*code = w->code;
			return (0);
		}
	}
	return (-1);
}

/* The word that was probably meant. */
const char *
words_near(const struct word *table, const char *text)
{
	const struct word *w;
	struct conf_guess g;

	conf_guess_init(&g, text, strlen(text));
	for (w = table; w->name != NULL; w++)
		conf_guess_try(&g, w->name);
	return (g.best);
}

/* The word of a code. */
const char *
words_name(const struct word *table, int32_t code, int zh)
{
	const struct word *w;

	for (w = table; w->name != NULL; w++)
		if (w->code == code)
			return (zh ? w->zh : w->name);
	return (NULL);
}

/* The words of bits. */
void
words_bits(const struct word *table, uint32_t bits, int zh, char *buf,
    size_t cap)
{
	const struct word *w;
	size_t len = 0;
	int n;

	buf[0] = '\0';
	for (w = table; w->name != NULL && len < cap; w++) {
		if ((bits & (uint32_t)w->code) == 0)
			continue;
		n = snprintf(&buf[len], cap - len, "%s%s", len == 0 ? "" :
		    zh ? "、" : ", ", zh ? w->zh : w->name);
		len += n > 0 ? (size_t)n : 0;
		bits &= ~(uint32_t)w->code;
	}
	if (bits != 0 && len < cap)
		(void)snprintf(&buf[len], cap - len, "%s0x%x", len == 0 ? "" :
		    ", ", bits);
}
