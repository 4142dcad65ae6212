#include <stdint.h>
#include <string.h>

#include "plugin.h"
#include "text.h"

/* Sentences by error: English, Chinese in UTF-8, the same in GB18030. */
static const struct {
	const char *text[3];
} sentences[] = {
	[-LK_OK] = { {
	    "no error",
	    "成功",
	    "\xb3\xc9\xb9\xa6"
	} },
	[-LK_E_ARG] = { {
	    "an argument or field is missing or wrong",
	    "参数或字段缺失、有误",
	    "\xb2\xce\xca\xfd\xbb\xf2\xd7\xd6\xb6\xce\xc8\xb1\xca\xa7"
	    "\xa1\xa2\xd3\xd0\xce\xf3"
	} },
	[-LK_E_SIZE] = { {
	    "a structure's size is not acceptable",
	    "结构体长度不符",
	    "\xbd\xe1\xb9\xb9\xcc\xe5\xb3\xa4\xb6\xc8\xb2\xbb\xb7\xfb"
	} },
	[-LK_E_HANDLE] = { {
	    "no such handle: never opened, or closed",
	    "句柄无效或已关闭",
	    "\xbe\xe4\xb1\xfa\xce\xde\xd0\xa7\xbb\xf2\xd2\xd1\xb9\xd8"
	    "\xb1\xd5"
	} },
	[-LK_E_CONFIG] = { {
	    "the configuration is missing, unreadable or wrong",
	    "配置文件缺失、不可读或有误",
	    "\xc5\xe4\xd6\xc3\xce\xc4\xbc\xfe\xc8\xb1\xca\xa7\xa1\xa2"
	    "\xb2\xbb\xbf\xc9\xb6\xc1\xbb\xf2\xd3\xd0\xce\xf3"
	} },
	[-LK_E_UNAVAIL] = { {
	    "the local daemon cannot be reached or cannot record; "
	    "hold the card and ask again",
	    "无法连接本机核验服务或服务无法记账，请暂缓办理，稍后重试",
	    "\xce\xde\xb7\xa8\xc1\xac\xbd\xd3\xb1\xbe\xbb\xfa\xba\xcb"
	    "\xd1\xe9\xb7\xfe\xce\xf1\xbb\xf2\xb7\xfe\xce\xf1\xce\xde"
	    "\xb7\xa8\xbc\xc7\xd5\xcb\xa3\xac\xc7\xeb\xd4\xdd\xbb\xba"
	    "\xb0\xec\xc0\xed\xa3\xac\xc9\xd4\xba\xf3\xd6\xd8\xca\xd4"
	} },
	[-LK_E_TIMEOUT] = { {
	    "no answer in time, the outcome is not known; hold "
	    "the card and ask again with the same txn_id",
	    "核验超时，结果未知，请暂缓办理，用同一交易号重新查询",
	    "\xba\xcb\xd1\xe9\xb3\xac\xca\xb1\xa3\xac\xbd\xe1\xb9\xfb"
	    "\xce\xb4\xd6\xaa\xa3\xac\xc7\xeb\xd4\xdd\xbb\xba\xb0\xec"
	    "\xc0\xed\xa3\xac\xd3\xc3\xcd\xac\xd2\xbb\xbd\xbb\xd2\xd7"
	    "\xba\xc5\xd6\xd8\xd0\xc2\xb2\xe9\xd1\xaf"
	} },
	[-LK_E_AGAIN] = { {
	    "nothing yet, or too many requests; try again later",
	    "尚无结果或请求过于频繁，请稍后重试",
	    "\xc9\xd0\xce\xde\xbd\xe1\xb9\xfb\xbb\xf2\xc7\xeb\xc7\xf3"
	    "\xb9\xfd\xd3\xda\xc6\xb5\xb7\xb1\xa3\xac\xc7\xeb\xc9\xd4"
	    "\xba\xf3\xd6\xd8\xca\xd4"
	} },
	[-LK_E_BUSY] = { {
	    "all connections or queue places were in use until "
	    "the deadline; try again",
	    "连接或队列已满，请稍后重试",
	    "\xc1\xac\xbd\xd3\xbb\xf2\xb6\xd3\xc1\xd0\xd2\xd1\xc2\xfa"
	    "\xa3\xac\xc7\xeb\xc9\xd4\xba\xf3\xd6\xd8\xca\xd4"
	} },
	[-LK_E_DENIED] = { {
	    "this program or user has no right to that",
	    "没有相应权限",
	    "\xc3\xbb\xd3\xd0\xcf\xe0\xd3\xa6\xc8\xa8\xcf\xde"
	} },
	[-LK_E_VERSION] = { {
	    "library and daemon share no protocol version; update "
	    "the older one",
	    "插件与核验服务版本不兼容，请升级较旧的一方",
	    "\xb2\xe5\xbc\xfe\xd3\xeb\xba\xcb\xd1\xe9\xb7\xfe\xce\xf1"
	    "\xb0\xe6\xb1\xbe\xb2\xbb\xbc\xe6\xc8\xdd\xa3\xac\xc7\xeb"
	    "\xc9\xfd\xbc\xb6\xbd\xcf\xbe\xc9\xb5\xc4\xd2\xbb\xb7\xbd"
	} },
	[-LK_E_STATE] = { {
	    "not possible as things stand",
	    "当前状态下不可办理",
	    "\xb5\xb1\xc7\xb0\xd7\xb4\xcc\xac\xcf\xc2\xb2\xbb\xbf\xc9"
	    "\xb0\xec\xc0\xed"
	} },
	[-LK_E_STALE] = { {
	    "the daemon's lists or policy are too old; hold the "
	    "card",
	    "名单或规则已过期，请暂缓办理",
	    "\xc3\xfb\xb5\xa5\xbb\xf2\xb9\xe6\xd4\xf2\xd2\xd1\xb9\xfd"
	    "\xc6\xda\xa3\xac\xc7\xeb\xd4\xdd\xbb\xba\xb0\xec\xc0\xed"
	} },
	[-LK_E_BUFFER] = { {
	    "the buffer given is too small",
	    "缓冲区太小",
	    "\xbb\xba\xb3\xe5\xc7\xf8\xcc\xab\xd0\xa1"
	} },
	[-LK_E_ENCODING] = { {
	    "a text is not valid in the encoding of this handle",
	    "文字不符合所用字符编码",
	    "\xce\xc4\xd7\xd6\xb2\xbb\xb7\xfb\xba\xcf\xcb\xf9\xd3\xc3"
	    "\xd7\xd6\xb7\xfb\xb1\xe0\xc2\xeb"
	} },
	[-LK_E_FORK] = { {
	    "that was submitted by the parent process",
	    "该请求由父进程提交",
	    "\xb8\xc3\xc7\xeb\xc7\xf3\xd3\xc9\xb8\xb8\xbd\xf8\xb3\xcc"
	    "\xcc\xe1\xbd\xbb"
	} },
	[-LK_E_NOMEM] = { {
	    "out of memory or descriptors",
	    "内存或文件描述符不足",
	    "\xc4\xda\xb4\xe6\xbb\xf2\xce\xc4\xbc\xfe\xc3\xe8\xca\xf6"
	    "\xb7\xfb\xb2\xbb\xd7\xe3"
	} },
	[-LK_E_INTERNAL] = { {
	    "a fault inside liangka; please report it",
	    "核验服务应答异常，请联系管理员",
	    "\xba\xcb\xd1\xe9\xb7\xfe\xce\xf1\xd3\xa6\xb4\xf0\xd2\xec"
	    "\xb3\xa3\xa3\xac\xc7\xeb\xc1\xaa\xcf\xb5\xb9\xdc\xc0\xed"
	    "\xd4\xb1"
	} },
	[-LK_E_CONFLICT] = { {
	    "this txn_id was used before with different content",
	    "同一交易号的内容与先前不一致",
	    "\xcd\xac\xd2\xbb\xbd\xbb\xd2\xd7\xba\xc5\xb5\xc4\xc4\xda"
	    "\xc8\xdd\xd3\xeb\xcf\xc8\xc7\xb0\xb2\xbb\xd2\xbb\xd6\xc2"
	} },
	[-LK_E_UNSUPPORTED] = { {
	    "this library or daemon does not do that",
	    "本版本不支持该功能",
	    "\xb1\xbe\xb0\xe6\xb1\xbe\xb2\xbb\xd6\xa7\xb3\xd6\xb8\xc3"
	    "\xb9\xa6\xc4\xdc"
	} },
	[-LK_E_INPUT] = { {
	    "a document or identifier is not valid",
	    "证件或单据号码有误",
	    "\xd6\xa4\xbc\xfe\xbb\xf2\xb5\xa5\xbe\xdd\xba\xc5\xc2\xeb"
	    "\xd3\xd0\xce\xf3"
	} },
};

#define COUNT ((int32_t)(sizeof(sentences) / sizeof(sentences[0])))

/* Return the version of the interface. */
uint32_t
lk_abi(void)
{

	return (LK_ABI);
}

/* Return the version of the library. */
const char *
lk_version(void)
{

	return (TEXT_VERSION);
}

/* Return the size of a structure. */
uint32_t
lk_sizeof(int32_t which)
{

	switch (which) {
	case LK_STRUCT_REQUEST:
		return (sizeof(struct lk_request));
	case LK_STRUCT_RESULT:
		return (sizeof(struct lk_result));
	case LK_STRUCT_STATUS:
		return (sizeof(struct lk_status));
	default:
		return (0);
	}
}

/* Return a sentence for a code. */
const char *
lk_strerror(int32_t code)
{

	if (code > 0 || code <= -COUNT)
		return ("unknown error code");
	return (sentences[-code].text[TEXT_ENGLISH]);
}

/* Append to a string, as far as it fits. */
static void
append(char *dst, size_t size, const char *s)
{
	size_t at = strlen(dst), len = strlen(s);

	if (len >= size - at)
		return;
	memcpy(&dst[at], s, len + 1);
}

/* Write a sentence and the field it is about. */
void
text_error(char *dst, size_t size, int code, const char *field,
    enum text_form form)
{

	if (size == 0)
		return;
	dst[0] = '\0';
	if (code > 0 || code <= -COUNT)
		append(dst, size, lk_strerror(code));
	else
		append(dst, size, sentences[-code].text[form]);
	if (field != NULL) {
		append(dst, size, ": ");
		append(dst, size, field);
	}
}
