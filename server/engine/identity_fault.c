#include "identity.h"

/* What the teller reads; the order is that of enum identity_fault. */
static const char *const text[IDENTITY_FAULTS][2] = {
	[IDENTITY_VALID] = {
		"证件号码有效。",
		"The document number is valid.",
	},
	[IDENTITY_TYPE_UNKNOWN] = {
		"证件类型代码不存在，请重新选择证件类型。",
		"There is no such type of document: choose the type again.",
	},
	[IDENTITY_EMPTY] = {
		"未填写证件号码，请按证件录入。",
		"The document number is missing: enter it from the document.",
	},
	[IDENTITY_ENCODING] = {
		"证件号码中有无法识别的字符编码，请重新录入。",
		"The document number holds bytes that are not text: "
		"enter it again.",
	},
	[IDENTITY_LENGTH] = {
		"证件号码位数不对，请对照证件检查是否多录或漏录。",
		"The document number is too long or too short: compare it "
		"with the document.",
	},
	[IDENTITY_CHARACTER] = {
		"证件号码中有不应出现的字符（例如把0录成O、把1录成I），"
		"请对照证件重新录入。",
		"A character cannot stand where it does (O for 0, I for 1?): "
		"compare the number with the document.",
	},
	[IDENTITY_CHECK] = {
		"证件号码校验位不符，至少录错一位，请对照证件重新录入。",
		"The check character does not fit, so at least one character "
		"is wrong: enter the number again from the document.",
	},
	[IDENTITY_DATE] = {
		"证件号码中的出生日期不存在，请对照证件重新录入。",
		"The birth date in the number does not exist: enter the "
		"number again from the document.",
	},
	[IDENTITY_FUTURE] = {
		"证件号码中的出生日期晚于今天，请对照证件重新录入。",
		"The birth date in the number is after today: enter the "
		"number again from the document.",
	},
	[IDENTITY_WRONG_TYPE] = {
		"证件号码与所选证件类型不一致，请改选正确的证件类型。",
		"The number belongs to another type of document: choose the "
		"right type.",
	},
	[IDENTITY_NO_COUNTRY] = {
		"此类证件须填写签发国家或地区的三位字母代码。",
		"This type of document needs its country as three letters "
		"(ISO 3166-1 alpha-3).",
	},
	[IDENTITY_BAD_COUNTRY] = {
		"国家或地区代码须为三位字母（例如 CHN），请更正。",
		"The country must be three letters such as CHN: correct it.",
	},
	[IDENTITY_DAMAGED] = {
		"证件号码已被电子表格改成科学计数或舍入，原号码无法恢复，"
		"请按证件重新录入，并将该列设为文本格式。",
		"A spreadsheet has rounded this number and it cannot be "
		"recovered: enter it again from the document and set the "
		"column to text.",
	},
	[IDENTITY_FILLER] = {
		"所填内容不是证件号码（全为零或没有数字），请按证件录入。",
		"This is a filler, not a document number: enter the number "
		"from the document.",
	},
};

/* Look a sentence up. */
const char *
identity_fault_text(int fault, int lang)
{

	if (fault < 0 || fault >= IDENTITY_FAULTS)
		return (lang == 1 ?
		    "The document number cannot be used: enter it again." :
		    "证件号码无法使用，请重新录入。");
	return (text[fault][lang == 1]);
}
