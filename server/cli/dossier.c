#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "audit/tarfile.h"
#include "keys/hex.h"
#include "plugin.h"

#include "caseopen.h"
#include "dossier.h"
#include "explainpaper.h"
#include "moment.h"
#include "tool.h"

#define TEXT_MAX 1100	/* of a policy's message, with its NUL */

/* Add a file with these bytes, which are then the dossier's. */
static void
take(struct dossier *d, char *data, size_t len, const char *name)
{
	struct dossier_part *v;

	if (data != NULL && !d->failed && d->n < DOSSIER_PARTS_MAX &&
	    (v = realloc(d->part, (d->n + 1) * sizeof(*v))) != NULL) {
		d->part = v;
		v = &v[d->n++];
		(void)snprintf(v->name, sizeof(v->name), "%s", name);
		v->data = data;
		v->len = len;
		return;
	}
	free(data);
	d->failed = 1;
}

/* Add a copy of some bytes. */
static void
copy(struct dossier *d, const char *data, size_t len, const char *name)
{
	char *p = malloc(len + 1);

	if (p != NULL)
		memcpy(p, data, len);
	take(d, p, len, name);
}

/* Add a file that is written by a function. */
static void
written(struct dossier *d, const char *name,
    void (*write)(const struct dossier *d, FILE *f))
{
	char *data = NULL;
	size_t len = 0;
	FILE *f;

	if ((f = open_memstream(&data, &len)) == NULL) {
		d->failed = 1;
		return;
	}
	write(d, f);
	if (fclose(f) != 0)
		d->failed = 1;
	take(d, data, len, name);
}

/* The text of a rule. */
const char *
dossier_rule(const struct dossier *d, int rule, size_t *len)
{
	const char *p = d->c->policy_text, *end = p + d->c->policy_len, *q;
	const char *from = NULL, *last = NULL;
	char want[64];
	size_t n;

	n = (size_t)snprintf(want, sizeof(want), "[rule %s]",
	    policy_rule_id(d->c->policy, rule));
	for (; p < end; p = q + 1) {
		if ((q = memchr(p, '\n', (size_t)(end - p))) == NULL)
			q = end;
		if (from != NULL && (*p == '[' || *p == '#'))
			break;
		if (from == NULL && (size_t)(q - p) >= n &&
		    memcmp(p, want, n) == 0)
			from = p;
		if (from != NULL && q > p)
			last = q;
	}
	*len = from != NULL ? (size_t)(last - from) : 0;
	return (from);
}

/* The rules that hit, were lifted, or are on trial. */
static void
rules(const struct dossier *d, FILE *f)
{
	const char *p;
	size_t i, len;

	for (i = 0; i < d->x.n && d->x.rule[i].state <= EXPLAIN_TRIAL; i++)
		if ((p = dossier_rule(d, d->x.rule[i].rule, &len)) != NULL) {
			(void)fwrite(p, 1, len, f);
			(void)fputs("\n\n", f);
		}
}

/* The explanation in one language. */
static void
explanation(const struct dossier *d, FILE *f, int zh)
{
	struct tool t = *d->t;
	struct explainpaper p = { &t, zh, d->c, &d->x };

	t.out = f;
	t.colour = 0;
	t.language = zh ? LK_LANG_ZH : LK_LANG_EN;
	explainpaper_text(&p);
}

static void
explanation_zh(const struct dossier *d, FILE *f)
{

	explanation(d, f, 1);
}

static void
explanation_en(const struct dossier *d, FILE *f)
{

	explanation(d, f, 0);
}

/* What teller and applicant were told. */
static void
messages(const struct dossier *d, FILE *f)
{
	static const struct {
		const char *head;
		enum policy_lang lang;
		enum policy_text which;
	} texts[] = {
		{ "柜员提示", POLICY_LANG_ZH, POLICY_TEXT_TELLER },
		{ "for the teller", POLICY_LANG_EN, POLICY_TEXT_TELLER },
		{ "告知申请人", POLICY_LANG_ZH, POLICY_TEXT_NOTICE },
		{ "notice for the applicant", POLICY_LANG_EN,
		    POLICY_TEXT_NOTICE },
	};
	char buf[TEXT_MAX];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)policy_message(d->c->policy, d->x.v.speaker,
		    d->c->decision.e.decision, texts[i].lang, texts[i].which,
		    buf, sizeof(buf));
		if (buf[0] != '\0')
			(void)fprintf(f, "[%s]\n%s\n\n", texts[i].head, buf);
	}
}

/* The receipt: what the branch was given when it was decided. */
static void
receipt(const struct dossier *d, FILE *f)
{
	const struct entry *e = &d->c->decision.e;
	char hex[65], time[MOMENT_SIZE];

	hex_encode(hex, d->c->leaf, 32);
	(void)fprintf(f, "决定编号 decision id: %s\n参考号 reference: %s\n"
	    "时间 time: %s\n记录序号 seq: %" PRIu64 "\n"
	    "叶哈希 leaf hash (RFC 6962, SHA-256): %s\n", d->id[0] != '\0' ?
	    d->id : "-", d->ref, moment_print(e->t, time), e->seq, hex);
	if (d->proved)
		(void)fprintf(f, "日志 log: %s\n叶序号 leaf index: %" PRIu64
		    "\n", d->prove.head.origin, d->prove.proof.index);
}

/* Entries of a list, each as stored. */
static void
entries(struct dossier *d, const struct casefile_list *l, const char *dir)
{
	char name[64];
	size_t i;

	for (i = 0; i < l->n; i++) {
		(void)snprintf(name, sizeof(name), "%s/%" PRIu64 ".json", dir,
		    l->v[i].e.seq);
		copy(d, l->v[i].text, l->v[i].len, name);
	}
}

/* Prove the entry, and take the log's key. */
static int
prove(struct dossier *d, struct package *p, char *err)
{
	struct package_entry pe;
	int rc;

	if (package_read(p, d->c->decision.e.seq, &pe) != 0) {
		(void)snprintf(err, PACKAGE_ERROR_MAX, "%s", package_error(p));
		return (-1);
	}
	if ((rc = prove_entry(&d->prove, p, &pe, err)) != 0)
		return (rc);
	d->proved = 1;
	if (package_vkey(p, d->c->log, d->vkey, sizeof(d->vkey)) < 0)
		d->vkey[0] = '\0';
	return (0);
}

/* Make all papers. */
int
dossier_make(struct dossier *d, const struct tool *t, struct package *p,
    const struct casefile *c, char *err)
{
	char name[80];

	memset(d, 0, sizeof(*d));
	d->t = t;
	d->c = c;
	caseopen_names(c, d->id, d->ref);
	d->explained = c->policy != NULL && c->decision.e.from_seq == 0 &&
	    explain_make(&d->x, c) == 0;
	if (prove(d, p, err) < 0)
		return (-1);
	written(d, "README.txt", dossier_readme);
	written(d, "dossier.html", dossier_html);
	copy(d, c->decision.text, c->decision.len, "entry.json");
	written(d, "receipt.txt", receipt);
	if (d->proved) {
		copy(d, d->prove.text, d->prove.len, "entry.tlog-proof");
		copy(d, d->prove.note, d->prove.note_len, "checkpoint");
		copy(d, d->vkey, strlen(d->vkey), "vkey");
	}
	if (c->policy_text != NULL) {
		(void)snprintf(name, sizeof(name), "%.64s.policy", c->hash);
		copy(d, c->policy_text, c->policy_len, name);
	}
	if (d->explained) {
		written(d, "rules.txt", rules);
		written(d, "explanation.zh.txt", explanation_zh);
		written(d, "explanation.en.txt", explanation_en);
		written(d, "messages.txt", messages);
	}
	entries(d, &c->later, "later");
	entries(d, &c->seen, "seen");
	if (!d->failed)
		return (0);
	(void)snprintf(err, PACKAGE_ERROR_MAX, "out of memory");
	return (-1);
}

/* Free the papers. */
void
dossier_free(struct dossier *d)
{

	while (d->n > 0)
		free(d->part[--d->n].data);
	free(d->part);
	d->part = NULL;
}

/* The page. */
const struct dossier_part *
dossier_page(const struct dossier *d)
{

	return (&d->part[1]);
}

/* Write the archive. */
int
dossier_tar(const struct dossier *d, FILE *f)
{
	char name[TARFILE_NAME_MAX * 2];
	size_t i;

	for (i = 0; i < d->n; i++) {
		(void)snprintf(name, sizeof(name), "dossier-%s/%s", d->ref,
		    d->part[i].name);
		if (tarfile_add(f, name, d->part[i].data, d->part[i].len,
		    d->c->decision.e.t / 1000) != 0)
			return (-1);
	}
	return (tarfile_end(f));
}
