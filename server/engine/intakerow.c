#include <string.h>

#include "identity.h"
#include "intakerow.h"

#define HEAD 18
#define NOTE_MAX 1000

static const struct {
	const char *word, *zh, *en;
} whys[INTAKEROW_WHYS] = {
	[INTAKEROW_FINE] = { "", "", "" },
	[INTAKEROW_MISSING] = { "missing", "必填项为空",
	    "a required field is empty" },
	[INTAKEROW_LONG] = { "long", "内容过长", "the text is too long" },
	[INTAKEROW_UNTEXT] = { "text", "含有控制字符或无法识别的字节",
	    "control characters, or bytes that are no text" },
	[INTAKEROW_CODE] = { "code", "代码未知", "unknown code" },
	[INTAKEROW_DOCUMENT] = { "document", "证件有误",
	    "the document is wrong" },
	[INTAKEROW_TIME] = { "time", "时间不合理：早于 1990 年或晚于现在",
	    "not a plausible time: before 1990, or after now" },
	[INTAKEROW_RIGHT] = { "right",
	    "无权代表该机构报送，请查 liangkad.conf 的 rights 与 uid",
	    "no right to report for this institution; see rights and uid in "
	    "liangkad.conf" },
	[INTAKEROW_PERSON] = { "person",
	    "冲突：该卡号（账号）已登记在另一人名下",
	    "conflict: this card reference is recorded for another person" },
	[INTAKEROW_PRODUCT] = { "product",
	    "冲突：该卡号（账号）已登记为另一种产品",
	    "conflict: this card reference is recorded as another product" },
	[INTAKEROW_UNKNOWN] = { "unknown",
	    "没有这张卡的开卡记录，无法登记销户",
	    "no card with this reference is known: it cannot be closed" },
	[INTAKEROW_EARLIER] = { "earlier", "销户时间早于开户时间",
	    "it was closed before it was opened" },
	[INTAKEROW_ENTRY] = { "entry", "整行内容过长，无法记录",
	    "the row is too long to be recorded" },
};

static const char *const fields[INTAKEROW_FIELDS] = { "", "institution",
	"card", "id_type", "id_no", "country", "product", "opened", "closed",
	"outlet", "teller", "txn", "visit", "phone", "address", "operation",
	"channel", "quantity", "kind" };

/* Write a number of n bytes. */
static uint8_t *
put(uint8_t *p, uint64_t v, unsigned n)
{

	for (; n > 0; n--, v >>= 8)
		*p++ = (uint8_t)v;
	return (p);
}

/* Read a number of n bytes. */
static uint64_t
get(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n > 0)
		v = v << 8 | p[--n];
	return (v);
}

/* Pack a row. */
size_t
intakerow_put(const struct intakerow *r, uint8_t *buf, size_t cap)
{
	size_t len = HEAD + INTAKEROW_TEXTS + 1;
	uint8_t *p = buf;
	unsigned i;

	for (i = 0; i < INTAKEROW_TEXTS; i++) {
		if (r->text[i].len > (i == INTAKEROW_NOTE ? NOTE_MAX : 255))
			return (0);
		len += r->text[i].len;
	}
	if (len > cap || len > INTAKEROW_MAX)
		return (0);
	p = put(p, len, 2);
	p = put(p, (uint64_t)r->kind, 1);
	p = put(p, r->flags, 1);
	p = put(p, (uint64_t)r->id_type, 1);
	p = put(p, (uint64_t)r->product, 1);
	p = put(p, (uint64_t)r->operation, 1);
	p = put(p, (uint64_t)r->channel, 1);
	p = put(p, (uint64_t)r->quantity, 2);
	p = put(p, (uint64_t)r->at, 8);
	for (i = 0; i < INTAKEROW_TEXTS; i++) {
		p = put(p, r->text[i].len, i == INTAKEROW_NOTE ? 2 : 1);
		if (r->text[i].len > 0)
			memcpy(p, r->text[i].p, r->text[i].len);
		p += r->text[i].len;
	}
	return (len);
}

/* Read a row. */
size_t
intakerow_get(struct intakerow *r, const uint8_t *buf, size_t len)
{
	size_t all, at = HEAD, n;
	unsigned i, width;

	memset(r, 0, sizeof(*r));
	if (len < HEAD)
		return (0);
	all = (size_t)get(buf, 2);
	if (all < HEAD || all > len || all > INTAKEROW_MAX)
		return (0);
	r->kind = buf[2];
	r->flags = buf[3];
	r->id_type = buf[4];
	r->product = buf[5];
	r->operation = buf[6];
	r->channel = buf[7];
	r->quantity = (int32_t)get(&buf[8], 2);
	r->at = (int64_t)get(&buf[10], 8);
	for (i = 0; i < INTAKEROW_TEXTS; i++) {
		width = i == INTAKEROW_NOTE ? 2 : 1;
		if (all - at < width)
			return (0);
		n = (size_t)get(&buf[at], width);
		at += width;
		if (n > all - at || n > NOTE_MAX)
			return (0);
		r->text[i].p = (const char *)&buf[at];
		r->text[i].len = n;
		at += n;
	}
	if (at != all || r->kind < INTAKEROW_OPEN || r->kind > INTAKEROW_FILE ||
	    (r->flags & ~INTAKEROW_DATED) != 0)
		return (0);
	return (all);
}

/* Count rows. */
int
intakerow_count(const uint8_t *buf, size_t len)
{
	struct intakerow r;
	size_t n;
	int rows = 0;

	for (; len > 0; buf += n, len -= n)
		if ((n = intakerow_get(&r, buf, len)) == 0 ||
		    ++rows > INTAKEROW_ROWS)
			return (-1);
	return (rows);
}

/* Say why. */
const char *
intakerow_why_text(const struct intakerow_result *r, int english)
{

	if (r->outcome == INTAKEROW_AMBIGUOUS)
		return (english ? "more than one opening fits this row: give its "
		    "transaction number (txn), or confirm the right one; it is "
		    "not counted" :
		    "有多笔申请与本行相符：请补填流水号（txn）或确认其中一笔；本行未计入");
	if (r->why == INTAKEROW_DOCUMENT && r->detail > IDENTITY_VALID &&
	    r->detail < IDENTITY_FAULTS)
		return (identity_fault_text(r->detail, english != 0));
	if (r->why >= INTAKEROW_WHYS)
		return ("");
	return (english ? whys[r->why].en : whys[r->why].zh);
}

/* A reason's word. */
const char *
intakerow_why_word(int why)
{

	return (why > 0 && why < INTAKEROW_WHYS ? whys[why].word : "");
}

/* A field's word. */
const char *
intakerow_field_word(int field)
{

	return (field > 0 && field < INTAKEROW_FIELDS ? fields[field] : "");
}
