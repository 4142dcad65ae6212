#include <inttypes.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"
#include "keys/token.h"
#include "store/entry.h"

#include "logcsv.h"
#include "logrow.h"
#include "moment.h"
#include "words.h"

#define LINE 32768	/* bytes of the longest line, quotes doubled */

struct logcsv {
	FILE *f;
	iconv_t to;		/* (iconv_t)-1: UTF-8 as it is */
	size_t len;
	char line[LINE];
};

/* Write the line, in the encoding that is wanted. */
static void
flush(struct logcsv *c)
{
	char out[4 * 1024], *in = c->line, *o;
	size_t left, room, n;

	if (c->to == (iconv_t)-1)
		(void)fwrite(c->line, 1, c->len, c->f);
	for (left = c->to == (iconv_t)-1 ? 0 : c->len; left > 0; ) {
		o = out;
		room = sizeof(out);
		n = iconv(c->to, &in, &left, &o, &room);
		(void)fwrite(out, 1, sizeof(out) - room, c->f);
		if (n == (size_t)-1 && left > 0 && room > 8) {
			/* Not UTF-8: one byte is shown as a question mark. */
			(void)fputc('?', c->f);
			in++;
			left--;
		}
	}
	c->len = 0;
}

/* Add bytes; the longest entry fits with all quotes doubled. */
static void
add(struct logcsv *c, const char *s, size_t n)
{

	if (n > sizeof(c->line) - c->len)
		n = sizeof(c->line) - c->len;
	memcpy(&c->line[c->len], s, n);
	c->len += n;
}

/* Begin a cell. */
static void
comma(struct logcsv *c)
{

	if (c->len > 0)
		add(c, ",", 1);
}

/* Would a spreadsheet take the text for a formula?  Some take wide signs too. */
static int
formula(const char *s)
{
	static const char *const signs[] = { "=", "+", "-", "@", "\t", "\r",
		"\n", "＝", "＋", "－", "＠" };
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strncmp(s, signs[i], strlen(signs[i])) == 0)
			return (1);
	return (0);
}

/* Add a cell of text: no formula, quoted where it must be. */
static void
text(struct logcsv *c, const char *s)
{
	int quoted = strpbrk(s, ",\"\r\n") != NULL;

	comma(c);
	if (quoted)
		add(c, "\"", 1);
	if (formula(s))
		add(c, "'", 1);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			add(c, "\"", 1);
		add(c, s, 1);
	}
	if (quoted)
		add(c, "\"", 1);
}

/* Add a cell with a number; `empty` leaves zero out. */
static void
number(struct logcsv *c, int64_t v, int empty)
{
	char buf[24];
	int n;

	comma(c);
	if (v == 0 && empty)
		return;
	n = snprintf(buf, sizeof(buf), "%" PRId64, v);
	add(c, buf, (size_t)n);
}

/* Add a cell with a time. */
static void
time_cell(struct logcsv *c, int64_t ms)
{
	char buf[MOMENT_SIZE];

	text(c, ms != 0 ? moment_short(ms, buf) : "");
}

/* Add a cell with the word of a code. */
static void
word(struct logcsv *c, const struct word *table, int32_t code, int have)
{
	const char *s = have ? words_name(table, code, 0) : "";

	if (s != NULL)
		text(c, s);
	else
		number(c, code, 1);
}

/* Add a cell with the words of bits. */
static void
bits(struct logcsv *c, const struct word *table, uint32_t v)
{
	char buf[512];

	words_bits(table, v, 0, buf, sizeof(buf));
	text(c, buf);
}

/* Add a cell with a token. */
static void
token(struct logcsv *c, const struct token *t)
{
	char hex[TOKEN_HEX_LEN + 1] = "";

	if (entry_token_set(t))
		token_hex(t, hex);
	text(c, hex);
}

/* Who and what. */
static void
first_half(struct logcsv *c, const struct entry *e)
{
	int check = e->kind == ENTRY_DECISION || e->kind == ENTRY_SETTLE;
	char outcome[LOGROW_CELL];

	number(c, (int64_t)e->seq, 0);
	time_cell(c, e->t);
	time_cell(c, e->at);
	text(c, entry_kind_name(e->kind));
	logrow_outcome(outcome, e, 0);
	text(c, outcome);
	text(c, e->inst);
	text(c, e->outlet);
	text(c, e->teller);
	text(c, e->terminal);
	text(c, e->txn);
	text(c, e->visit);
	word(c, words_product, e->product, e->product != 0);
	word(c, words_operation, e->operation, check);
	word(c, words_channel, e->channel, check);
	number(c, e->quantity, 1);
	word(c, words_decision, e->decision, check);
	word(c, words_decision, e->floor, check);
}

/* Why, and the rest. */
static void
second_half(struct logcsv *c, const struct entry *e, const char *p, size_t len)
{
	char hex[2 * SHA256_LEN + 1];
	uint8_t leaf[SHA256_LEN];
	int i;

	text(c, e->hits);
	text(c, e->lifted);
	text(c, e->shadow);
	bits(c, words_need, e->needs);
	text(c, e->reason);
	text(c, e->policy);
	time_cell(c, e->expires);
	number(c, (int64_t)e->ref, 1);
	text(c, e->decided_by);
	text(c, e->second);
	text(c, e->note);
	bits(c, words_entry_flag, e->flags);
	token(c, &e->person);
	token(c, &e->agent_person);
	sha256_leaf(leaf, p, len);
	for (i = 0; i < SHA256_LEN; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", leaf[i]);
	text(c, hex);
	text(c, e->from);
	number(c, (int64_t)e->from_seq, 1);
	text(c, e->to);
	number(c, (int64_t)e->up_seq, 1);
	word(c, words_decision, e->up_decision, e->up_seq != 0);
	text(c, e->up_hits);
}

/* Write an entry. */
void
logcsv_put(struct logcsv *c, const struct entry *e, const char *p, size_t len)
{

	first_half(c, e);
	second_half(c, e, p, len);
	add(c, "\r\n", 2);
	flush(c);
}

/* Begin. */
struct logcsv *
logcsv_open(FILE *f, int gb18030)
{
	static const char titles[] = "seq,time,at,kind,outcome,institution,"
	    "outlet,teller,terminal,txn,visit,product,operation,channel,"
	    "quantity,decision,floor,hits,lifted,shadow,needs,reason,policy,"
	    "expires,ref,decided_by,second,note,flags,person,agent,leaf,"
	    "from,from_seq,to,above_seq,above_decision,above_hits\r\n";
	struct logcsv *c;

	if ((c = malloc(sizeof(*c))) == NULL)
		return (NULL);
	c->f = f;
	c->len = 0;
	c->to = (iconv_t)-1;
	if (gb18030 && (c->to = iconv_open("GB18030", "UTF-8")) ==
	    (iconv_t)-1) {
		free(c);
		return (NULL);
	}
	if (!gb18030)
		add(c, "\xef\xbb\xbf", 3);
	add(c, titles, sizeof(titles) - 1);
	flush(c);
	return (c);
}

/* End. */
void
logcsv_close(struct logcsv *c)
{

	if (c != NULL && c->to != (iconv_t)-1)
		(void)iconv_close(c->to);
	free(c);
}
