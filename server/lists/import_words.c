#include <string.h>

#include "engine/category.h"
#include "plugin.h"

#include "import_impl.h"

/* A word as institutions write it, in the form of import_fold(). */
struct alias {
	const char *word;
	int code;
};

static const struct alias headings[] = {
	{ "documenttype", IMPORT_C_TYPE }, { "doctype", IMPORT_C_TYPE },
	{ "idtype", IMPORT_C_TYPE }, { "type", IMPORT_C_TYPE },
	{ "证件类型", IMPORT_C_TYPE }, { "证件种类", IMPORT_C_TYPE },
	{ "证件类别", IMPORT_C_TYPE }, { "证照类型", IMPORT_C_TYPE },
	{ "类型", IMPORT_C_TYPE },
	{ "number", IMPORT_C_NUMBER }, { "documentnumber", IMPORT_C_NUMBER },
	{ "documentno", IMPORT_C_NUMBER }, { "idno", IMPORT_C_NUMBER },
	{ "idnumber", IMPORT_C_NUMBER }, { "id", IMPORT_C_NUMBER },
	{ "card", IMPORT_C_NUMBER }, { "cardno", IMPORT_C_NUMBER },
	{ "cardnumber", IMPORT_C_NUMBER }, { "account", IMPORT_C_NUMBER },
	{ "accountno", IMPORT_C_NUMBER }, { "phone", IMPORT_C_NUMBER },
	{ "phoneno", IMPORT_C_NUMBER }, { "phonenumber", IMPORT_C_NUMBER },
	{ "mobile", IMPORT_C_NUMBER }, { "msisdn", IMPORT_C_NUMBER },
	{ "证件号码", IMPORT_C_NUMBER }, { "证件号", IMPORT_C_NUMBER },
	{ "身份证号", IMPORT_C_NUMBER }, { "身份证号码", IMPORT_C_NUMBER },
	{ "身份证件号码", IMPORT_C_NUMBER },
	{ "公民身份号码", IMPORT_C_NUMBER }, { "身份号码", IMPORT_C_NUMBER },
	{ "居民身份证号", IMPORT_C_NUMBER }, { "身份证", IMPORT_C_NUMBER },
	{ "居民身份证号码", IMPORT_C_NUMBER },
	{ "号码", IMPORT_C_NUMBER }, { "卡号", IMPORT_C_NUMBER },
	{ "银行卡号", IMPORT_C_NUMBER }, { "账号", IMPORT_C_NUMBER },
	{ "帐号", IMPORT_C_NUMBER }, { "银行账号", IMPORT_C_NUMBER },
	{ "账户", IMPORT_C_NUMBER }, { "涉案账户", IMPORT_C_NUMBER },
	{ "涉案卡号", IMPORT_C_NUMBER }, { "涉案账号", IMPORT_C_NUMBER },
	{ "卡账号", IMPORT_C_NUMBER },
	{ "手机号", IMPORT_C_NUMBER }, { "手机号码", IMPORT_C_NUMBER },
	{ "电话", IMPORT_C_NUMBER }, { "电话号码", IMPORT_C_NUMBER },
	{ "涉案电话", IMPORT_C_NUMBER }, { "涉案号码", IMPORT_C_NUMBER },
	{ "国家", IMPORT_C_COUNTRY }, { "国籍", IMPORT_C_COUNTRY },
	{ "国家代码", IMPORT_C_COUNTRY }, { "签发国", IMPORT_C_COUNTRY },
	{ "签发国家", IMPORT_C_COUNTRY }, { "国家或地区", IMPORT_C_COUNTRY },
	{ "country", IMPORT_C_COUNTRY }, { "nationality", IMPORT_C_COUNTRY },
	{ "idcountry", IMPORT_C_COUNTRY },
	{ "category", IMPORT_C_CATEGORY }, { "类别", IMPORT_C_CATEGORY },
	{ "名单类别", IMPORT_C_CATEGORY }, { "名单类型", IMPORT_C_CATEGORY },
	{ "惩戒类别", IMPORT_C_CATEGORY }, { "惩戒类型", IMPORT_C_CATEGORY },
	{ "风险类别", IMPORT_C_CATEGORY }, { "风险类型", IMPORT_C_CATEGORY },
	{ "legalbasis", IMPORT_C_BASIS }, { "basis", IMPORT_C_BASIS },
	{ "法律依据", IMPORT_C_BASIS }, { "依据", IMPORT_C_BASIS },
	{ "惩戒依据", IMPORT_C_BASIS }, { "认定依据", IMPORT_C_BASIS },
	{ "case", IMPORT_C_CASE }, { "caseno", IMPORT_C_CASE },
	{ "casenumber", IMPORT_C_CASE }, { "案号", IMPORT_C_CASE },
	{ "案件编号", IMPORT_C_CASE }, { "案件号", IMPORT_C_CASE },
	{ "文书号", IMPORT_C_CASE }, { "文书编号", IMPORT_C_CASE },
	{ "文号", IMPORT_C_CASE }, { "决定书文号", IMPORT_C_CASE },
	{ "from", IMPORT_C_FROM }, { "start", IMPORT_C_FROM },
	{ "startdate", IMPORT_C_FROM }, { "validfrom", IMPORT_C_FROM },
	{ "起始日期", IMPORT_C_FROM }, { "开始日期", IMPORT_C_FROM },
	{ "生效日期", IMPORT_C_FROM }, { "起始日", IMPORT_C_FROM },
	{ "惩戒起始日期", IMPORT_C_FROM }, { "惩戒开始日期", IMPORT_C_FROM },
	{ "自", IMPORT_C_FROM }, { "起始", IMPORT_C_FROM },
	{ "until", IMPORT_C_UNTIL }, { "to", IMPORT_C_UNTIL },
	{ "end", IMPORT_C_UNTIL }, { "enddate", IMPORT_C_UNTIL },
	{ "expiry", IMPORT_C_UNTIL }, { "validuntil", IMPORT_C_UNTIL },
	{ "截止日期", IMPORT_C_UNTIL }, { "终止日期", IMPORT_C_UNTIL },
	{ "到期日期", IMPORT_C_UNTIL }, { "结束日期", IMPORT_C_UNTIL },
	{ "失效日期", IMPORT_C_UNTIL }, { "截止日", IMPORT_C_UNTIL },
	{ "到期日", IMPORT_C_UNTIL }, { "有效期至", IMPORT_C_UNTIL },
	{ "惩戒截止日期", IMPORT_C_UNTIL }, { "惩戒到期日期", IMPORT_C_UNTIL },
	{ "至", IMPORT_C_UNTIL }, { "截止", IMPORT_C_UNTIL },
	{ "line", IMPORT_C_LINE }, { "行号", IMPORT_C_LINE },
	{ "reason", IMPORT_C_REASON }, { "原因", IMPORT_C_REASON },
	{ NULL, 0 }
};

static const struct alias types[] = {
	{ "resident", LK_ID_RESIDENT }, { "居民身份证", LK_ID_RESIDENT },
	{ "身份证", LK_ID_RESIDENT }, { "二代身份证", LK_ID_RESIDENT },
	{ "二代证", LK_ID_RESIDENT }, { "公民身份证", LK_ID_RESIDENT },
	{ "中国居民身份证", LK_ID_RESIDENT }, { "idcard", LK_ID_RESIDENT },
	{ "1", LK_ID_RESIDENT }, { "01", LK_ID_RESIDENT },
	{ "temporary", LK_ID_TEMPORARY }, { "2", LK_ID_TEMPORARY },
	{ "临时身份证", LK_ID_TEMPORARY }, { "02", LK_ID_TEMPORARY },
	{ "临时居民身份证", LK_ID_TEMPORARY },
	{ "household", LK_ID_HOUSEHOLD }, { "3", LK_ID_HOUSEHOLD },
	{ "户口簿", LK_ID_HOUSEHOLD }, { "户口本", LK_ID_HOUSEHOLD },
	{ "居民户口簿", LK_ID_HOUSEHOLD }, { "03", LK_ID_HOUSEHOLD },
	{ "military", LK_ID_MILITARY }, { "军警证", LK_ID_MILITARY },
	{ "军官证", LK_ID_MILITARY }, { "士兵证", LK_ID_MILITARY },
	{ "军人身份证", LK_ID_MILITARY }, { "军人证", LK_ID_MILITARY },
	{ "警官证", LK_ID_MILITARY }, { "武警身份证", LK_ID_MILITARY },
	{ "武警证", LK_ID_MILITARY }, { "4", LK_ID_MILITARY },
	{ "04", LK_ID_MILITARY },
	{ "hmresidence", LK_ID_HM_RESIDENCE }, { "5", LK_ID_HM_RESIDENCE },
	{ "港澳居民居住证", LK_ID_HM_RESIDENCE }, { "05", LK_ID_HM_RESIDENCE },
	{ "港澳居住证", LK_ID_HM_RESIDENCE },
	{ "twresidence", LK_ID_TW_RESIDENCE }, { "6", LK_ID_TW_RESIDENCE },
	{ "台湾居民居住证", LK_ID_TW_RESIDENCE }, { "06", LK_ID_TW_RESIDENCE },
	{ "台湾居住证", LK_ID_TW_RESIDENCE },
	{ "hmtravel", LK_ID_HM_TRAVEL }, { "港澳通行证", LK_ID_HM_TRAVEL },
	{ "港澳居民来往内地通行证", LK_ID_HM_TRAVEL },
	{ "回乡证", LK_ID_HM_TRAVEL }, { "7", LK_ID_HM_TRAVEL },
	{ "07", LK_ID_HM_TRAVEL },
	{ "twtravel", LK_ID_TW_TRAVEL }, { "台胞证", LK_ID_TW_TRAVEL },
	{ "台湾居民来往大陆通行证", LK_ID_TW_TRAVEL },
	{ "台湾通行证", LK_ID_TW_TRAVEL }, { "8", LK_ID_TW_TRAVEL },
	{ "08", LK_ID_TW_TRAVEL },
	{ "permanent", LK_ID_PERMANENT }, { "外国人永居证", LK_ID_PERMANENT },
	{ "外国人永久居留身份证", LK_ID_PERMANENT },
	{ "外国人永久居留证", LK_ID_PERMANENT }, { "9", LK_ID_PERMANENT },
	{ "永久居留身份证", LK_ID_PERMANENT }, { "09", LK_ID_PERMANENT },
	{ "permanentold", LK_ID_PERMANENT_OLD }, { "10", LK_ID_PERMANENT_OLD },
	{ "旧版永居证", LK_ID_PERMANENT_OLD },
	{ "旧版外国人永久居留证", LK_ID_PERMANENT_OLD },
	{ "passport", LK_ID_PASSPORT }, { "护照", LK_ID_PASSPORT },
	{ "外国护照", LK_ID_PASSPORT }, { "中国护照", LK_ID_PASSPORT },
	{ "11", LK_ID_PASSPORT },
	{ "creditcode", LK_ID_CREDIT_CODE }, { "12", LK_ID_CREDIT_CODE },
	{ "统一社会信用代码", LK_ID_CREDIT_CODE },
	{ "营业执照", LK_ID_CREDIT_CODE }, { "信用代码", LK_ID_CREDIT_CODE },
	{ "other", LK_ID_OTHER }, { "其他", LK_ID_OTHER },
	{ "其他证件", LK_ID_OTHER }, { "其它", LK_ID_OTHER },
	{ "99", LK_ID_OTHER },
	{ NULL, 0 }
};

static const struct alias categories[] = {
	{ "判决", CATEGORY_CONVICTED }, { "刑事处罚", CATEGORY_CONVICTED },
	{ "已判决", CATEGORY_CONVICTED }, { "刑罚", CATEGORY_CONVICTED },
	{ "受过刑事处罚", CATEGORY_CONVICTED },
	{ "联合惩戒判决", CATEGORY_CONVICTED },
	{ "认定", CATEGORY_FOUND }, { "已认定", CATEGORY_FOUND },
	{ "惩戒认定", CATEGORY_FOUND },
	{ "公安认定", CATEGORY_FOUND }, { "联合惩戒认定", CATEGORY_FOUND },
	{ "买卖出租出借", CATEGORY_FOUND }, { "出售出租出借", CATEGORY_FOUND },
	{ "核查", CATEGORY_INVESTIGATION }, { "侦查", CATEGORY_INVESTIGATION },
	{ "侦查中", CATEGORY_INVESTIGATION }, { "在查", CATEGORY_INVESTIGATION },
	{ "核查中", CATEGORY_INVESTIGATION },
	{ "案件核查", CATEGORY_INVESTIGATION },
	{ "案件核查中", CATEGORY_INVESTIGATION },
	{ "止付", CATEGORY_STOP_PAYMENT }, { "账户止付", CATEGORY_STOP_PAYMENT },
	{ "紧急止付", CATEGORY_STOP_PAYMENT },
	{ "冻结", CATEGORY_FROZEN }, { "账户冻结", CATEGORY_FROZEN },
	{ "挂失", CATEGORY_LOST_DOCUMENT },
	{ "证件挂失", CATEGORY_LOST_DOCUMENT },
	{ "证件丢失", CATEGORY_LOST_DOCUMENT },
	{ "受害人", CATEGORY_VICTIM }, { "被冒用", CATEGORY_VICTIM },
	{ "冒用受害人", CATEGORY_VICTIM }, { "身份冒用", CATEGORY_VICTIM },
	{ "身份冒用受害人", CATEGORY_VICTIM },
	{ "本人申请", CATEGORY_SELF_PROTECTION },
	{ "自我保护", CATEGORY_SELF_PROTECTION },
	{ "本人申请保护", CATEGORY_SELF_PROTECTION },
	{ "死亡", CATEGORY_DECEASED }, { "已故", CATEGORY_DECEASED },
	{ "监测", CATEGORY_CANARY }, { "监测条目", CATEGORY_CANARY },
	{ "涉案", CATEGORY_INVOLVED }, { "涉诈", CATEGORY_INVOLVED },
	{ "涉案卡", CATEGORY_INVOLVED }, { "涉案账户", CATEGORY_INVOLVED },
	{ "涉案电话", CATEGORY_INVOLVED },
	{ NULL, 0 }
};

static const struct alias bases[] = {
	{ "联合惩戒办法", BASIS_JOINT_2024 }, { "惩戒办法", BASIS_JOINT_2024 },
	{ "联合惩戒", BASIS_JOINT_2024 },
	{ "电信网络诈骗及其关联违法犯罪联合惩戒办法", BASIS_JOINT_2024 },
	{ "反电信网络诈骗法", BASIS_LAW_31 }, { "反诈法", BASIS_LAW_31 },
	{ "反电诈法", BASIS_LAW_31 },
	{ "反电信网络诈骗法第三十一条", BASIS_LAW_31 },
	{ "反电信网络诈骗法第31条", BASIS_LAW_31 },
	{ "反诈法第31条", BASIS_LAW_31 }, { "反诈法31条", BASIS_LAW_31 },
	{ "反诈法第三十一条", BASIS_LAW_31 },
	{ "2016年通知", BASIS_NOTICE_2016 }, { "261号文", BASIS_NOTICE_2016 },
	{ "银发2016261号", BASIS_NOTICE_2016 },
	{ "2016年通知的认定", BASIS_NOTICE_2016 },
	{ "2019年通知", BASIS_NOTICE_2019 }, { "85号文", BASIS_NOTICE_2019 },
	{ "银发201985号", BASIS_NOTICE_2019 },
	{ "2019年通知的认定", BASIS_NOTICE_2019 },
	{ "法院", BASIS_COURT }, { "法院判决", BASIS_COURT },
	{ "判决书", BASIS_COURT }, { "刑事判决书", BASIS_COURT },
	{ "法院裁判", BASIS_COURT }, { "判决", BASIS_COURT },
	{ "公安", BASIS_POLICE }, { "公安机关", BASIS_POLICE },
	{ "公安机关决定", BASIS_POLICE }, { "公安决定", BASIS_POLICE },
	{ "申请", BASIS_REQUEST }, { "本人申请", BASIS_REQUEST },
	{ "发证机关", BASIS_ISSUER }, { "发证机关通报", BASIS_ISSUER },
	{ "民政", BASIS_CIVIL }, { "民政登记", BASIS_CIVIL },
	{ "死亡登记", BASIS_CIVIL },
	{ "反诈中心", BASIS_CENTRE }, { "中心", BASIS_CENTRE },
	{ NULL, 0 }
};

/* Is it left out of the form?  Return its bytes. */
static size_t
passed_over(const char *p, size_t len)
{
	static const char *const marks[] = { " ", "\t", "_", "-", ".", ":", "/",
		"\"", "'", "(", ")", "[", "]", "<", ">", "*", "\xe3\x80\x80",
		"\xc2\xa0", "（", "）", "〔", "〕", "【", "】", "《", "》", "：",
		"“", "”", "、", "，", "\xef\xbb\xbf" };
	size_t i, n;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		n = strlen(marks[i]);
		if (n <= len && memcmp(p, marks[i], n) == 0)
			return (n);
	}
	return (0);
}

/* The ASCII character of a full-width form (U+FF01 to U+FF5E), or 0. */
static unsigned
wide(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	unsigned v = (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);

	if (u[0] != 0xef || (u[1] != 0xbc && u[1] != 0xbd) || v < 0xf01 ||
	    v > 0xf5e)
		return (0);
	return (v - 0xf01 + '!');
}

/* The form in which words are compared. */
size_t
import_fold(const char *text, size_t len, char *out, size_t size)
{
	size_t i, n, k = 0;
	unsigned v, w;

	for (i = 0; i < len && k + 1 < size; i += n) {
		if ((n = passed_over(&text[i], len - i)) != 0)
			continue;
		n = 1;
		v = (unsigned char)text[i];
		if (len - i >= 3 && (w = wide(&text[i])) != 0) {
			n = 3;
			v = w;
		}
		if (v >= 'A' && v <= 'Z')
			v += 'a' - 'A';
		out[k++] = (char)v;
	}
	out[k] = '\0';
	return (k);
}

/* Look a word up. */
static int
find(const struct alias *a, const char *text, size_t len)
{
	char form[128];

	if (len >= sizeof(form) || import_fold(text, len, form,
	    sizeof(form)) == 0)
		return (0);
	for (; a->word != NULL; a++)
		if (strcmp(a->word, form) == 0)
			return (a->code);
	return (0);
}

/* What a column is. */
int
import_heading(const char *text, size_t len)
{
	const char *p;
	int c = find(headings, text, len);

	/* "证件号码（必填）" */
	if (c == 0 && (p = memchr(text, '(', len)) != NULL && p != text)
		c = find(headings, text, (size_t)(p - text));
	if (c == 0 && (p = memmem(text, len, "（", 3)) != NULL && p != text)
		c = find(headings, text, (size_t)(p - text));
	return (c);
}

/* The type of a document. */
int32_t
import_id_type(const char *text, size_t len)
{

	return (find(types, text, len));
}

/* Is the form of this word that of the text? */
static int
same_form(const char *word, const char *form)
{
	char other[128];

	return (word[0] != '\0' && import_fold(word, strlen(word), other,
	    sizeof(other)) != 0 && strcmp(form, other) == 0);
}

/* Look a word up among what the program itself says, then among others. */
static int
find_own(const char *text, size_t len, int n, const char *(*name)(int),
    const char *(*said)(int, int), const struct alias *a)
{
	char form[128];
	int i;

	if (len >= sizeof(form) || import_fold(text, len, form,
	    sizeof(form)) == 0)
		return (0);
	for (i = 1; i < n; i++)
		if (same_form(name(i), form) || same_form(said(i, 0), form) ||
		    same_form(said(i, 1), form))
			return (i);
	return (find(a, text, len));
}

/* A category. */
int
import_category(const char *text, size_t len)
{

	return (find_own(text, len, CATEGORIES, category_name, category_text,
	    categories));
}

/* A legal basis. */
int
import_basis(const char *text, size_t len)
{

	return (find_own(text, len, BASES, basis_name, basis_text, bases));
}
