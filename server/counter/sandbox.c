#include <string.h>

#include "plugin.h"

#include "core.h"

/*
 * Magic numbers of the sandbox: area 000000, any birth date, and a three-digit
 * sequence that says what the answer is to be.  The digit rules make the same
 * document valid, so a vendor's own checks pass.
 *
 *   000 decided by the policy like anyone     101..120 error LK_E_ -1..-20
 *   001 PASS   002 LIMIT                      201 no answer at all
 *   003 REVIEW by counter, 004 institution,   202 an answer after the deadline
 *   005 centre 006 REJECT
 *   011..016 REVIEW with the need of bit 0..5
 */

#define SEQUENCE_AT 14 /* in the 18 digits */

static const struct {
	int code;
	struct forced forced;
} outcomes[] = {
	{ 1, { LK_PASS, LK_BY_NONE, 0 } },
	{ 2, { LK_LIMIT, LK_BY_NONE, 0 } },
	{ 3, { LK_REVIEW, LK_BY_COUNTER, LK_NEED_PURPOSE_PROOF } },
	{ 4, { LK_REVIEW, LK_BY_INSTITUTION, LK_NEED_MANAGER } },
	{ 5, { LK_REVIEW, LK_BY_CENTRE, LK_NEED_CENTRE } },
	{ 6, { LK_REJECT, LK_BY_NONE, 0 } },
	{ 11, { LK_REVIEW, LK_BY_COUNTER, LK_NEED_GUARDIAN } },
	{ 12, { LK_REVIEW, LK_BY_COUNTER, LK_NEED_PURPOSE_PROOF } },
	{ 13, { LK_REVIEW, LK_BY_COUNTER, LK_NEED_FACE_CHECK } },
	{ 14, { LK_REVIEW, LK_BY_COUNTER, LK_NEED_MANAGER } },
	{ 15, { LK_REVIEW, LK_BY_COUNTER, LK_NEED_CENTRE } },
	{ 16, { LK_REVIEW, LK_BY_COUNTER, LK_NEED_KEEP_WAITING } },
};

/* Do as a magic number asks. */
int
sandbox_magic(struct request *q, const struct identity *id)
{
	const char *s = &id->number[SEQUENCE_AT];
	size_t i;
	int code;

	if (id->family != IDENTITY_CITIZEN ||
	    strncmp(id->number, "000000", 6) != 0)
		return (0);
	code = (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
	if (code >= 101 && code <= 120)
		return (request_refuse(q, -(code - 100),
		    "沙箱：按请求返回错误 %d", "sandbox: error %d as asked for",
		    -(code - 100)));
	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (outcomes[i].code == code)
			q->forced = &outcomes[i].forced;
	if (code == 201)
		q->done->drop = 1;
	if (code == 202)
		q->done->delay_ms = wire_u32(q->f, WIRE_T_REMAINING_MS, 3000) +
		    200;
	return (0);
}
