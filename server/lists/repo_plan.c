#include <stdio.h>
#include <string.h>

#include "ledger.h"
#include "repo_impl.h"

/* One list of a plan. */
static json_t *
change_json(const struct repo_change *ch)
{

	return (json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
	    "s:b}",
	    "list", ch->list, "from", (json_int_t)ch->from,
	    "version", (json_int_t)ch->version,
	    "before", (json_int_t)ch->before, "after", (json_int_t)ch->after,
	    "added", (json_int_t)ch->added,
	    "removed", (json_int_t)ch->removed,
	    "changed", (json_int_t)ch->changed,
	    "cleared", (json_int_t)ch->cleared,
	    "expired", (json_int_t)ch->expired, "guarded", ch->guarded));
}

/* A plan as JSON. */
json_t *
repo_plan_json(const struct repo_plan *plan)
{
	json_t *lists = json_array(), *one;
	size_t i;

	for (i = 0; i < plan->nlists; i++) {
		one = change_json(&plan->list[i]);
		if (one == NULL || json_array_append_new(lists, one) != 0) {
			json_decref(lists);
			return (NULL);
		}
	}
	return (json_pack("{s:I, s:s, s:s, s:b, s:b, s:I, s:I, s:o, s:s, s:I, "
	    "s:I}", "t", (json_int_t)plan->t, "who", plan->who,
	    "reason", plan->reason, "force", plan->force,
	    "expedited", plan->expedited,
	    "targets", (json_int_t)plan->targets_version,
	    "root", (json_int_t)plan->root_version, "lists", lists,
	    "policy", plan->policy, "outlets", (json_int_t)plan->outlets,
	    "campaigns", (json_int_t)plan->campaigns));
}

/* Read a number. */
static uint64_t
number(const json_t *v, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(v, key));

	return (n > 0 ? (uint64_t)n : 0);
}

/* Read one line of text that shows whole into an array that it fits: whoever signs
 * reads it. */
static int
text(const json_t *v, const char *key, char *out, size_t cap)
{
	const char *s = json_string_value(json_object_get(v, key));

	return (s != NULL && ledger_plain(s) &&
	    (size_t)snprintf(out, cap, "%s", s) < cap ? 0 : -1);
}

/* Read one list of it. */
static int
change_read(struct repo_change *ch, const json_t *v)
{

	memset(ch, 0, sizeof(*ch));
	ch->from = (uint32_t)number(v, "from");
	ch->version = (uint32_t)number(v, "version");
	ch->before = number(v, "before");
	ch->after = number(v, "after");
	ch->added = number(v, "added");
	ch->removed = number(v, "removed");
	ch->changed = number(v, "changed");
	ch->cleared = number(v, "cleared");
	ch->expired = number(v, "expired");
	ch->guarded = json_is_true(json_object_get(v, "guarded"));
	return (text(v, "list", ch->list, sizeof(ch->list)));
}

/* Read a plan. */
int
repo_plan_read(struct repo_plan *plan, const json_t *v)
{
	const json_t *lists = json_object_get(v, "lists");
	size_t i, n = json_array_size(lists);

	memset(plan, 0, sizeof(*plan));
	if (!json_is_array(lists) || n > CENTRE_LISTS_MAX ||
	    text(v, "who", plan->who, sizeof(plan->who)) != 0 ||
	    text(v, "reason", plan->reason, sizeof(plan->reason)) != 0 ||
	    text(v, "policy", plan->policy, sizeof(plan->policy)) != 0)
		return (-1);
	plan->t = (int64_t)number(v, "t");
	plan->force = json_is_true(json_object_get(v, "force"));
	plan->expedited = json_is_true(json_object_get(v, "expedited"));
	plan->targets_version = (uint32_t)number(v, "targets");
	plan->root_version = (uint32_t)number(v, "root");
	plan->root = plan->root_version != 0;
	plan->outlets = (uint32_t)number(v, "outlets");
	plan->campaigns = (uint32_t)number(v, "campaigns");
	for (i = 0; i < n; i++)
		if (change_read(&plan->list[i], json_array_get(lists, i)) != 0)
			return (-1);
	plan->nlists = n;
	return (0);
}
