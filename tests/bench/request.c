#include <stdio.h>
#include <string.h>

#include "applicant.h"
#include "plugin.h"
#include "plugin/wire.h"
#include "request.h"

#define TXN 24			/* run, a dash, digits */

static const uint8_t no_id[WIRE_ID];

/* Add a text of blanks to be overwritten; return where it is. */
static size_t
blank(struct wire_out *o, unsigned tag, size_t width)
{
	char text[128];

	memset(text, '0', width);
	text[width] = '\0';
	wire_put_text(o, tag, text);
	return (o->len - width);
}

/* Prepare the frame. */
void
request_init(struct request *q, uint32_t people, uint32_t tellers,
    uint32_t outlets, const char *run)
{
	struct wire_out o;
	char text[REQUEST_RUN + 2];

	memset(q, 0, sizeof(*q));
	q->people = people;
	q->tellers = tellers;
	q->outlets = outlets;
	snprintf(text, sizeof(text), "%-8.8s-", run);
	for (int i = 0; i < REQUEST_RUN; i++) {
		if (text[i] == ' ')
			text[i] = '0';
		q->random = (q->random ^ (uint8_t)text[i]) *
		    UINT64_C(0x100000001b3);
	}
	wire_out_init(&o, q->frame, sizeof(q->frame));
	wire_begin(&o, WIRE_CHECK, no_id);
	wire_put_u32(&o, WIRE_T_REMAINING_MS, 3000);
	wire_put_u32(&o, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	wire_put_u32(&o, WIRE_T_OPERATION, LK_OP_NEW);
	wire_put_u32(&o, WIRE_T_PRODUCT, 0);
	q->product = o.len - 4;
	wire_put_u32(&o, WIRE_T_CHANNEL, LK_CHANNEL_COUNTER);
	wire_put_u32(&o, WIRE_T_PURPOSE, LK_PURPOSE_DAILY);
	q->id_no = blank(&o, WIRE_T_ID_NO, APPLICANT_ID_NO);
	q->txn = blank(&o, WIRE_T_TXN_ID, TXN);
	memcpy(q->frame + q->txn, text, REQUEST_RUN + 1);
	q->name = blank(&o, WIRE_T_NAME, APPLICANT_NAME);
	q->phone = blank(&o, WIRE_T_PHONE, APPLICANT_PHONE);
	q->address = blank(&o, WIRE_T_ADDRESS, APPLICANT_ADDRESS);
	q->branch = blank(&o, WIRE_T_BRANCH, 4);
	q->teller = blank(&o, WIRE_T_TELLER, 6);
	wire_put_text(&o, WIRE_T_TERMINAL, "PC-0417");
	wire_end(&o);
	q->len = o.len;
}

/* Splitmix64. */
static uint64_t
draw(struct request *q)
{
	uint64_t z = q->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31);
}

/* Make the frame the next application. */
void
request_next(struct request *q)
{
	static const uint8_t products[8] = {LK_PRODUCT_BANK1, LK_PRODUCT_BANK2,
	    LK_PRODUCT_BANK2, LK_PRODUCT_BANK3, LK_PRODUCT_CREDIT,
	    LK_PRODUCT_SIM, LK_PRODUCT_SIM, LK_PRODUCT_PAYMENT};
	uint64_t r = draw(q);
	uint32_t teller = (uint32_t)((r & UINT32_MAX) * q->tellers >> 32);
	struct applicant a;
	int i;

	q->person = (uint32_t)((r >> 32) * q->people >> 32);
	q->count++;
	for (i = 0; i < 8; i++)
		q->frame[16 + i] = (uint8_t)(q->count >> (8 * i));
	applicant_make(&a, q->person);
	memcpy(q->frame + q->id_no, a.id_no, sizeof(a.id_no));
	memcpy(q->frame + q->name, a.name, sizeof(a.name));
	memcpy(q->frame + q->phone, a.phone, sizeof(a.phone));
	memcpy(q->frame + q->address, a.address, sizeof(a.address));
	applicant_digits((char *)q->frame + q->txn + REQUEST_RUN + 1,
	    TXN - REQUEST_RUN - 1, q->count);
	applicant_digits((char *)q->frame + q->branch, 4,
	    teller % q->outlets);
	applicant_digits((char *)q->frame + q->teller, 6, teller);
	q->frame[q->product] = products[draw(q) & 7];
}

/* Write HELLO. */
size_t
request_hello(uint8_t frame[REQUEST_MAX])
{
	struct wire_out o;

	wire_out_init(&o, frame, REQUEST_MAX);
	wire_begin(&o, WIRE_HELLO, no_id);
	wire_put_u32(&o, WIRE_T_VERSION_MIN, WIRE_VERSION);
	wire_put_u32(&o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(&o, WIRE_T_PROGRAM, "bench");
	wire_end(&o);
	return (o.len);
}
