#ifndef LIANGKA_CAMPAIGN_EDIT_H_
#define LIANGKA_CAMPAIGN_EDIT_H_

/*
 * The campaigns of a centre, as the "campaign" commands read and change them.
 */

#include "lists/campaigns.h"

#include "registers.h"
#include "words.h"

/* The campaigns, and those that there will be. */
struct campaign_edit {
	struct centre centre;
	struct campaigns *now;
	const struct campaign **v; /* room for one more */
	size_t n;
};

/* Products as words, with their bits (campaign_product_bit()). */
extern const struct word campaign_edit_products[];

/**
 * campaign_edit_open(t, by, write, e): Open the centre and read its campaigns.  Return
 * ARGS_GO, or an exit code after saying what is wrong.  campaign_edit_close(e): free all.
 */
int campaign_edit_open(const struct tool *t, const struct registers_by *by,
    int write, struct campaign_edit *e);
void campaign_edit_close(struct campaign_edit *e);

/**
 * campaign_edit_find(t, e, id): Its place in e->v; e->n after saying that there is none.
 */
size_t campaign_edit_find(const struct tool *t, const struct campaign_edit *e,
    const char *id);

/**
 * campaign_edit_rules(t, g, file): See that the policy in this file has the rules that a
 * campaign lifts, and lets campaigns lift them.  Note those that it does not lift though
 * they tell the same reason.  Return ARGS_GO or an exit code.
 */
int campaign_edit_rules(const struct tool *t, const struct campaign *g,
    const char *file);

/**
 * campaign_edit_save(t, e, by, what, why): Put e->v in the place of the register.  Return
 * ARGS_GO or an exit code.
 */
int campaign_edit_save(const struct tool *t, struct campaign_edit *e,
    const struct registers_by *by, const char *what, const char *why);

/**
 * campaign_edit_state(t, g, today, word): Where it stands, as people read it, or as the
 * word of JSON.
 * campaign_edit_tell(t, g): Write all about a campaign, as text or as JSON.
 * campaign_edit_publish(t): Say that it takes effect when it is published.
 */
const char *campaign_edit_state(const struct tool *t, const struct campaign *g,
    int32_t today, int word);
void campaign_edit_tell(const struct tool *t, const struct campaign *g);
void campaign_edit_publish(const struct tool *t);

#endif /* !LIANGKA_CAMPAIGN_EDIT_H_ */
