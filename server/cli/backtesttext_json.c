#include <stdio.h>
#include <string.h>

#include "audit/backtest.h"
#include "plugin.h"

#include "backtesttext.h"
#include "json.h"
#include "tool.h"
#include "words.h"

/* The members of a sum. */
static void
sum(struct json *j, const struct tally_sum *n)
{

	json_u64(j, "decisions", n->decisions);
	json_u64(j, "held_before", n->was_held);
	json_u64(j, "held_now", n->is_held);
	json_u64(j, "newly_held", n->held);
	json_u64(j, "released", n->released);
	json_u64(j, "changed", n->changed);
}

/* A number of people. */
static void
crowd(struct json *j, const char *key, const struct crowd *c)
{

	json_open(j, key);
	json_u64(j, "people", c->n);
	json_bool(j, "at_least", c->more);
	json_end(j);
}

/* All rows of a tally; the key is one or two members. */
static void
rows(struct json *j, const char *list, struct tally *t, const char *one,
    const char *two)
{
	const struct tally_row *row;
	char key[TALLY_KEY], *space;
	size_t i, n;

	row = tally_rows(t, &n);
	json_list(j, list);
	for (i = 0; i < n; i++) {
		memcpy(key, row[i].key, sizeof(key));
		space = two != NULL ? strchr(key, ' ') : NULL;
		if (space != NULL)
			*space = '\0';
		json_open(j, NULL);
		json_text(j, one, key[0] == '\0' || strcmp(key, "-") == 0 ?
		    NULL : key);
		if (two != NULL)
			json_text(j, two, space != NULL ? &space[1] : NULL);
		sum(j, &row[i].n);
		json_end(j);
	}
	json_close(j);
}

/* The rules. */
static void
rules(struct json *j, const struct backtesttext *x)
{
	size_t i, n;
	const struct backtest_rule *r = backtest_rules(x->b, &n);

	json_list(j, "rules");
	for (i = 0; i < n; i++) {
		json_open(j, NULL);
		json_text(j, "rule", r[i].id);
		json_bool(j, "gone", r[i].rule < 0);
		if (r[i].rule >= 0) {
			json_word(j, "then", words_then, policy_rule_then(
			    x->policy, r[i].rule));
			json_bool(j, "in_force", x->in_force == 0 ||
			    policy_rule_live(x->policy, r[i].rule,
			    x->in_force));
		}
		json_bool(j, "shadow", r[i].shadow);
		json_u64(j, "hit_before", r[i].was);
		json_u64(j, "shadow_before", r[i].was_shadow);
		json_u64(j, "hits", r[i].hits);
		json_u64(j, "lifted", r[i].lifted);
		json_u64(j, "newly_held", r[i].held);
		json_u64(j, "by_it_alone", r[i].alone);
		json_u64(j, "released", r[i].released);
		if (r[i].shadow) {
			json_u64(j, "stricter", r[i].stricter);
			json_u64(j, "refused", r[i].refused);
		}
		crowd(j, "newly_held_people", &r[i].people);
		json_end(j);
	}
	json_close(j);
}

/* Then and now, each by each. */
static void
matrix(struct json *j, const struct backtest_result *n)
{
	static const int32_t outcomes[BACKTEST_OUTCOMES] = { LK_PASS, LK_LIMIT,
		LK_REVIEW, LK_REJECT };
	int i, k;

	json_list(j, "matrix");
	for (i = 0; i < BACKTEST_OUTCOMES; i++)
		for (k = 0; k < BACKTEST_OUTCOMES; k++) {
			json_open(j, NULL);
			json_word(j, "then", words_decision, outcomes[i]);
			json_word(j, "now", words_decision, outcomes[k]);
			json_u64(j, "decisions", n->matrix[i][k]);
			json_end(j);
		}
	json_close(j);
}

/* What was not known. */
static void
unknown(struct json *j, const struct backtesttext *x)
{
	const struct backtest_result *n = backtest_result(x->b);
	const struct policy_fact *fact;
	size_t i, nfacts = policy_facts(x->policy, &fact);
	char name[64];

	json_list(j, "not_known");
	for (i = 0; i < nfacts; i++) {
		if (n->unknown[i] == 0)
			continue;
		(void)policy_fact_name(&fact[i], name, sizeof(name));
		json_open(j, NULL);
		json_text(j, "fact", name);
		json_u64(j, "decisions", n->unknown[i]);
		json_end(j);
	}
	json_close(j);
	json_u64(j, "decisions_lacking_a_fact", n->lacking);
	json_u64(j, "decisions_without_their_policy", n->orphans);
	json_u64(j, "newly_held_in_campaigns", n->campaign);
	json_u64(j, "decisions_linked", n->linked);
	json_u64(j, "dry_runs_left_out", n->dry);
	json_u64(j, "told_left_out", n->told);
	json_u64(j, "sandbox_left_out", n->sandbox);
	json_bool(j, "later_effects_replayed", 0);
}

/* Write it as JSON. */
int
backtesttext_json(const struct backtesttext *x)
{
	const struct backtest_result *n = backtest_result(x->b);
	struct json j;
	int i;

	json_begin(&j, x->t->out);
	json_text(&j, "file", x->file);
	json_text(&j, "version", policy_version(x->policy));
	json_time(&j, "in_force", x->in_force * 1000);
	json_time(&j, "first", n->first);
	json_time(&j, "last", n->last);
	json_u64(&j, "entries", n->entries);
	sum(&j, &n->all);
	crowd(&j, "decided", &n->people);
	crowd(&j, "newly_held_people", &n->held);
	crowd(&j, "released_people", &n->released);
	matrix(&j, n);
	rules(&j, x);
	if (!x->rules_only) {
		json_list(&j, "ages");
		for (i = 0; i < BACKTEST_AGES; i++) {
			json_open(&j, NULL);
			json_text(&j, "age", backtesttext_age(i, 0));
			sum(&j, &n->age[i]);
			json_end(&j);
		}
		json_close(&j);
		rows(&j, "cities", backtest_areas(x->b, 4), "area", NULL);
		rows(&j, "counties", backtest_areas(x->b, 6), "area", NULL);
		rows(&j, "outlets", backtest_outlets(x->b), "inst", "outlet");
	}
	unknown(&j, x);
	json_end(&j);
	return (0);
}
