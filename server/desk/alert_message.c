#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base64.h"
#include "keys/hex.h"
#include "keys/sha256.h"

#include "alert_message.h"
#include "alert_text.h"

#define END_ROOM 16		/* bytes kept for what ends a body */
#define SAID_MAX 20000		/* bytes of a robot's text */

/* Prepare a message. */
int
alert_message_init(struct alert_message *m)
{

	memset(m, 0, sizeof(*m));
	return ((m->body = malloc(ALERT_BODY_MAX)) != NULL ? 0 : -1);
}

/* Free it. */
void
alert_message_free(struct alert_message *m)
{

	free(m->body);
	m->body = NULL;
}

/* The id of several: of their ids. */
static void
name_message(struct alert_message *m, const struct alert_told *v)
{
	uint8_t digest[SHA256_LEN];
	struct sha256 h;
	size_t i;

	if (m->n == 1) {
		memcpy(m->id, v[0].id, sizeof(m->id));
		return;
	}
	sha256_init(&h);
	for (i = 0; i < m->n; i++)
		sha256_update(&h, v[i].id, sizeof(v[i].id) - 1);
	sha256_final(&h, digest);
	hex_encode(m->id, digest, (ALERT_ID_MAX - 1) / 2);
}

/* A member of an object that is a text; left out when empty. */
static void
member(struct alert_text *t, const char *key, const char *s)
{

	if (s == NULL || s[0] == '\0')
		return;
	alert_text_put(t, ",\"%s\":", key);
	alert_text_json(t, s);
}

/* A member that is an array of words. */
static void
words(struct alert_text *t, const char *key, const char *s)
{
	char word[64];
	size_t n;
	int more = 0;

	if (s[0] == '\0')
		return;
	alert_text_put(t, ",\"%s\":[", key);
	for (; *s != '\0'; s += n, s += *s != '\0') {
		if ((n = strcspn(s, " ,")) == 0)
			continue;
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, s);
		if (more++)
			alert_text_add(t, ",", 1);
		alert_text_json(t, word);
	}
	alert_text_add(t, "]", 1);
}

/* What people read, and what they can do. */
static void
to_people(struct alert_text *t, const struct alert_names *names,
    const struct alert_told *x, const struct alert *a)
{
	char text[2048], ref[ALERT_REFERENCE_MAX], line[96];
	struct alert_text s = { text, 0, sizeof(text), 0 };

	text[0] = '\0';
	alert_text_title(&s, names, x, 1, 0);
	alert_text_add(&s, "\n", 1);
	alert_text_lines(&s, names, x, 0, "", "\n", 0);
	member(t, "text_zh", text);
	text[s.len = 0] = '\0';
	alert_text_title(&s, names, x, 1, 1);
	member(t, "text_en", text);
	if (a->ref != 0)
		(void)snprintf(line, sizeof(line), "liangka review show %s",
		    names->reference(ref, a->ref));
	else
		(void)snprintf(line, sizeof(line), "liangka log show --from %"
		    PRIu64 " --to %" PRIu64, a->seq, a->seq);
	member(t, "see", line);
	(void)snprintf(line, sizeof(line), "liangka alert take %" PRIu64,
	    a->taken);
	member(t, "take", line);
}

/* One alert. */
static void
put_alert(struct alert_text *t, const struct alert_names *names,
    const struct alert_told *x)
{
	char name[128], buf[40], ref[ALERT_REFERENCE_MAX], flags[256];
	struct alert a;

	alert_show(&a, &x->a, x->level);
	alert_text_put(t, "{\"id\":\"%s\",\"seq\":%" PRIu64, x->id, a.seq);
	member(t, "level", names->word(ALERT_WORD_LEVEL, x->level, 0));
	member(t, "first_level", names->word(ALERT_WORD_LEVEL, a.level, 0));
	alert_text_put(t, ",\"late\":%s", x->late ? "true" : "false");
	member(t, "kind", alert_word_kind(names, &a, 0));
	member(t, "time", alert_text_time(a.t, 1, buf));
	if (a.at != 0)
		member(t, "at", alert_text_time(a.at, 1, buf));
	member(t, "due", alert_text_time(x->told, 1, buf));
	member(t, "institution", a.inst);
	member(t, "outlet", a.outlet);
	member(t, "outlet_name", alert_text_place(names, &a, name,
	    sizeof(name)));
	member(t, "area", alert_text_area(a.area, buf));
	if (a.product != 0)
		member(t, "product", names->word(ALERT_WORD_PRODUCT, a.product,
		    0));
	if (a.entry == ENTRY_DECISION || a.entry == ENTRY_SETTLE)
		member(t, "decision", names->word(ALERT_WORD_DECISION,
		    a.decision, 0));
	if (a.entry == ENTRY_REPORT)
		member(t, "alarm", names->word(ALERT_WORD_REPORT, a.code, 0));
	alert_text_flags(names, &a, 0, flags, sizeof(flags));
	words(t, "flags", flags);
	member(t, "reason", a.reason);
	words(t, "rules", a.hits);
	words(t, "categories", a.categories);
	member(t, "campaign", a.campaign);
	if (a.ref != 0)
		member(t, "reference", names->reference(ref, a.ref));
	to_people(t, names, x, &a);
	alert_text_add(t, "}", 1);
}

/* A JSON body. */
static void
make_json(struct alert_message *m, const struct alert_receiver *to,
    const struct alert_names *names, const struct alert_told *v, size_t n,
    int64_t now_ms)
{
	struct alert_text t = { m->body, 0, ALERT_BODY_MAX - END_ROOM, 0 };
	char buf[40], none[ALERT_ID_MAX];
	size_t before, id_at;

	memset(none, '0', sizeof(none) - 1);
	none[sizeof(none) - 1] = '\0';
	alert_text_put(&t, "{\"version\":1,\"delivery\":\"");
	id_at = t.len;
	alert_text_put(&t, "%s\"", none);
	member(&t, "node", names->node);
	member(&t, "receiver", to->name);
	member(&t, "sent", alert_text_time(now_ms, 1, buf));
	alert_text_put(&t, ",\"alerts\":[");
	for (m->n = 0; m->n < n; m->n++) {
		before = t.len;
		if (m->n > 0)
			alert_text_add(&t, ",", 1);
		put_alert(&t, names, &v[m->n]);
		if (t.full) {
			t.len = before;
			break;
		}
	}
	t.full = 0;
	t.cap += END_ROOM;
	alert_text_put(&t, "]}\n");
	m->len = t.len;
	if (m->n == 0)
		return;
	name_message(m, v);
	memcpy(m->body + id_at, m->id, ALERT_ID_MAX - 1);
}

/* A header. */
static void __attribute__((format(printf, 2, 3)))
head(struct alert_message *m, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(m->header[m->nheaders++], ALERT_HEADER_MAX, format,
	    ap);
	va_end(ap);
}

/* A webhook's request. */
static void
make_webhook(struct alert_message *m, const struct alert_receiver *to,
    const struct alert_names *names, const struct alert_told *v, size_t n,
    int64_t now_ms)
{
	char stamp[24], hex[2 * SHA256_LEN + 1];
	uint8_t mac[SHA256_LEN];
	struct sha256_hmac h;

	make_json(m, to, names, v, n, now_ms);
	(void)snprintf(stamp, sizeof(stamp), "%" PRId64, now_ms / 1000);
	sha256_hmac_init(&h, to->secret, to->secret_len);
	sha256_hmac_update(&h, stamp, strlen(stamp));
	sha256_hmac_update(&h, ".", 1);
	sha256_hmac_update(&h, m->body, m->len);
	sha256_hmac_final(&h, mac);
	hex_encode(hex, mac, sizeof(mac));
	head(m, "Content-Type: application/json");
	head(m, "Liangka-Delivery: %s", m->id);
	head(m, "Liangka-Timestamp: %s", stamp);
	head(m, "Liangka-Signature: sha256=%s", hex);
}

/* What a robot says, as far as it fits. */
static void
say(struct alert_message *m, struct alert_text *s,
    const struct alert_receiver *to, const struct alert_names *names,
    const struct alert_told *v, size_t n)
{
	const char *lead = to->form == ALERT_TEXT ? "" : to->kind ==
	    ALERT_WECOM ? "> " : "- ";
	size_t before;

	alert_text_add(s, "**", to->form == ALERT_TEXT ? 0 : 2);
	alert_text_title(s, names, v, n, to->language);
	alert_text_add(s, "**\n", to->form == ALERT_TEXT ? 0 : 3);
	for (m->n = 0; m->n < n; m->n++) {
		before = s->len;
		alert_text_add(s, "\n", 1);
		alert_text_lines(s, names, &v[m->n], to->language, lead, "\n",
		    to->form == ALERT_MARKDOWN);
		if (s->full) {
			s->len = before;
			break;
		}
	}
	s->full = 0;
	s->p[s->len] = '\0';
}

/* A robot's signature behind its address. */
static void
sign_robot(struct alert_message *m, const struct alert_receiver *to,
    int64_t now_ms)
{
	char text[ALERT_SECRET_MAX + 32], b64[BASE64_LEN(SHA256_LEN) + 1];
	uint8_t mac[SHA256_LEN];
	struct sha256_hmac h;
	size_t len, i;
	int n;

	if (to->secret_len == 0)
		return;
	n = snprintf(text, sizeof(text), "%" PRId64 "\n%s", now_ms,
	    to->secret);
	sha256_hmac_init(&h, to->secret, to->secret_len);
	sha256_hmac_update(&h, text, (size_t)n);
	sha256_hmac_final(&h, mac);
	explicit_bzero(text, sizeof(text));
	(void)base64_encode(b64, mac, sizeof(mac));
	len = strlen(m->url);
	len += (size_t)snprintf(&m->url[len], sizeof(m->url) - len,
	    "%ctimestamp=%" PRId64 "&sign=", strchr(m->url, '?') != NULL ?
	    '&' : '?', now_ms);
	for (i = 0; b64[i] != '\0'; i++)
		len += (size_t)snprintf(&m->url[len], sizeof(m->url) - len,
		    b64[i] == '+' ? "%%2B" : b64[i] == '/' ? "%%2F" :
		    b64[i] == '=' ? "%%3D" : "%c", b64[i]);
}

/* A robot's message. */
static void
make_robot(struct alert_message *m, const struct alert_receiver *to,
    const struct alert_names *names, const struct alert_told *v, size_t n,
    int64_t now_ms)
{
	/* WeCom takes 4,096 bytes of markdown and 2,048 of text. */
	size_t cap = to->kind == ALERT_DINGTALK ? 18000 : to->form ==
	    ALERT_TEXT ? 2000 : 4000;
	struct alert_text t = { m->body, 0, ALERT_BODY_MAX, 0 };
	char said[SAID_MAX], title[256];
	struct alert_text s = { said, 0, cap, 0 };
	struct alert_text x = { title, 0, sizeof(title), 0 };

	title[0] = '\0';
	say(m, &s, to, names, v, n);
	if (m->n < n) {
		/* The title says how many there are. */
		s.len = 0;
		say(m, &s, to, names, v, m->n);
	}
	if (m->n == 0)
		return;
	name_message(m, v);
	alert_text_title(&x, names, v, m->n, to->language);
	if (to->form == ALERT_TEXT)
		alert_text_put(&t, "{\"msgtype\":\"text\",\"text\":{"
		    "\"content\":");
	else if (to->kind == ALERT_WECOM)
		alert_text_put(&t, "{\"msgtype\":\"markdown\",\"markdown\":{"
		    "\"content\":");
	else {
		alert_text_put(&t, "{\"msgtype\":\"markdown\",\"markdown\":{"
		    "\"title\":");
		alert_text_json(&t, title);
		alert_text_put(&t, ",\"text\":");
	}
	alert_text_json(&t, said);
	alert_text_put(&t, "}}\n");
	m->len = t.len;
	head(m, "Content-Type: application/json");
	if (to->kind == ALERT_DINGTALK)
		sign_robot(m, to, now_ms);
}

/* Make a message. */
size_t
alert_message_make(struct alert_message *m, const struct alert_receiver *to,
    const struct alert_names *names, const struct alert_told *v, size_t n,
    int64_t now_ms)
{

	m->n = m->len = m->nheaders = 0;
	(void)snprintf(m->url, sizeof(m->url), "%s", to->url);
	if (n > (size_t)to->batch)
		n = (size_t)to->batch;
	switch (to->kind) {
	case ALERT_WEBHOOK:
		make_webhook(m, to, names, v, n, now_ms);
		break;
	case ALERT_WECOM:
	case ALERT_DINGTALK:
		make_robot(m, to, names, v, n, now_ms);
		break;
	case ALERT_MAIL:
		return (alert_message_mail(m, to, names, v, n, now_ms));
	default:
		make_json(m, to, names, v, n, now_ms);
		break;
	}
	return (m->n);
}
