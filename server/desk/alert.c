#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "keys/hex.h"
#include "keys/sha256.h"
#include "store/apply.h"

#include "alert.h"

/* Add the categories of matched records, each once. */
static void
take_categories(struct alert *a, const char *listed)
{
	const char *p, *end, *colon;
	size_t used, n;
	int i;

	for (p = listed; *p != '\0'; p = *end == ' ' ? end + 1 : end) {
		end = p + strcspn(p, " ");
		/* list:version:category:... */
		for (i = 0, colon = p; i < 2 && colon != NULL; i++)
			if ((colon = memchr(colon, ':',
			    (size_t)(end - colon))) != NULL)
				colon++;
		if (colon == NULL) {
			a->secret = 1;
			continue;
		}
		n = strcspn(colon, ": ");
		if (category_secret(category_find(colon, n)))
			a->secret = 1;
		used = strlen(a->categories);
		if (used + n + 2 > sizeof(a->categories) ||
		    memmem(a->categories, used, colon, n) != NULL)
			continue;
		(void)snprintf(&a->categories[used], sizeof(a->categories) -
		    used, "%s%.*s", used > 0 ? " " : "", (int)n, colon);
	}
}

/* Copy rule ids, whole ones alone. */
static void
take_hits(struct alert *a, const char *hits)
{
	size_t n = strlen(hits);

	if (n >= sizeof(a->hits)) {
		for (n = sizeof(a->hits) - 1; n > 0 && hits[n] != ' ' &&
		    hits[n] != ','; n--)
			continue;
	}
	memcpy(a->hits, hits, n);
	a->hits[n] = '\0';
}

/* Take from an entry what is told. */
int
alert_read(struct alert *a, const struct entry *e)
{

	if (e->alert <= ALERT_NONE || e->alert > ALERT_PROVINCE ||
	    (e->flags & ENTRY_F_DRY) != 0)
		return (0);
	memset(a, 0, sizeof(*a));
	a->seq = e->seq;
	a->taken = apply_alert_seq(e);
	a->t = e->t;
	a->at = e->at;
	a->entry = e->kind;
	a->ref = e->kind == ENTRY_DECISION ? e->seq : e->ref;
	a->level = e->alert;
	a->kind = e->alert_kind;
	a->area = e->area;
	a->product = e->product;
	a->decision = e->decision;
	a->code = e->code;
	a->flags = e->flags & ALERT_FLAGS;
	memcpy(a->inst, e->inst, sizeof(a->inst));
	memcpy(a->outlet, e->outlet, sizeof(a->outlet));
	memcpy(a->reason, e->reason, sizeof(a->reason));
	memcpy(a->campaign, e->campaign, sizeof(a->campaign));
	/* What only tells stands beside the rules on trial. */
	take_hits(a, e->alert_kind == ALERT_UNUSUAL ? e->shadow : e->hits);
	take_categories(a, e->listed);
	take_categories(a, e->agent_listed);
	if (a->kind == ALERT_CANARY)
		a->secret = 1;
	return (1);
}

/* Which alert is taken by this. */
uint64_t
alert_taken(const struct entry *e, int *decision)
{

	*decision = 0;
	if (e->kind == ENTRY_ALERT && (e->flags & ENTRY_F_REFUSED) == 0)
		return (e->ref);
	/* What a branch clears itself is no word of those who were told. */
	if (e->kind != ENTRY_REVIEW || e->decided_by[0] == '\0' ||
	    (e->flags & ENTRY_F_REFUSED) != 0 || e->code == REVIEW_RELEASE ||
	    e->code == REVIEW_TIMEOUT)
		return (0);
	*decision = 1;
	return (e->ref);
}

/* The delivery id. */
void
alert_id(char id[ALERT_ID_MAX], const char *node, uint64_t seq, int level,
    const char *receiver)
{
	char text[ALERT_NODE_MAX + 128];
	uint8_t digest[SHA256_LEN];
	int n;

	n = snprintf(text, sizeof(text), "%.191s\n%" PRIu64 "\n%d\n%.63s",
	    node, seq, level, receiver);
	sha256_of(digest, text, (size_t)n);
	hex_encode(id, digest, (ALERT_ID_MAX - 1) / 2);
}

/* What those of a level may see. */
void
alert_show(struct alert *out, const struct alert *a, int level)
{

	*out = *a;
	if (level >= ALERT_CITY)
		return;
	out->categories[0] = '\0';
	if (!a->secret)
		return;
	out->kind = ALERT_KIND_CHECK;
	out->hits[0] = '\0';
	(void)snprintf(out->reason, sizeof(out->reason), "CHECK-CENTRE");
}

/* The word of its kind. */
const char *
alert_word_kind(const struct alert_names *names, const struct alert *a, int zh)
{
	const char *s;

	if (a->kind == ALERT_KIND_CHECK)
		return (zh ? "需中心核查" : "check");
	s = names->word(ALERT_WORD_KIND, a->kind, zh);
	return (s != NULL ? s : "?");
}
