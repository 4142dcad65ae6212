#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists.h"
#include "plan.h"
#include "plugin.h"

#define AGENT "agent:"
#define SUSPENDED "outlet:suspended"

static const char *const names[] = {"sanction", "case", "protect", "canary",
    "phones", "cards"};

#define LISTS (sizeof(names) / sizeof(names[0]))

/* What such an entry rests on. */
static const char *
basis(const char *category)
{
	static const char *const table[][2] = {{"convicted", "court"},
	    {"found", "joint2024"}, {"investigation", "police"},
	    {"frozen", "police"}, {"lost_document", "issuer"},
	    {"victim", "police"}, {"self_protection", "request"},
	    {"involved", "police"}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i][0], category) == 0)
			return (table[i][1]);
	return ("centre");
}

/* The word for a document that an import knows. */
static const char *
document(int32_t type)
{
	switch (type) {
	case LK_ID_HOUSEHOLD:
		return ("household");
	case LK_ID_PASSPORT:
		return ("passport");
	default:
		return ("resident");
	}
}

/* The row of one listed person or phone. */
static void
entry(FILE *f, const struct plan_row *r, const char *list, unsigned serial)
{
	int agent = strncmp(r->listed, AGENT, sizeof(AGENT) - 1) == 0;
	const char *category = strrchr(r->listed, ':') + 1;

	fprintf(f, "%s,%s,%s,%s,%s-2026-%04u,2026-01-05,%s\n",
	    strcmp(list, "phones") == 0 ? "" : agent ? "resident" :
	    document(r->id_type), strcmp(list, "phones") == 0 ? r->phone :
	    agent ? r->agent_no : r->id_no, category, basis(category), list,
	    serial, strcmp(category, "convicted") == 0 ? "2029-01-04" :
	    strcmp(category, "found") == 0 ? "2028-01-04" : "");
}

/* Write one list; nothing where nobody stands on it. */
static int
list_write(const char *dir, const struct plan *plan, const char *list)
{
	char path[4096];
	size_t n = strlen(list);
	unsigned serial = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.csv", dir, list);
	if ((f = fopen(path, "we")) == NULL)
		return (-1);
	fprintf(f, "document type,number,category,legal basis,case number,from,"
	    "until\n");
	for (size_t i = 0; i < plan->count; i++) {
		const char *s = plan->rows[i].listed;
		if (strncmp(s, AGENT, sizeof(AGENT) - 1) == 0)
			s += sizeof(AGENT) - 1;
		if (strncmp(s, list, n) == 0 && s[n] == ':')
			entry(f, &plan->rows[i], list, ++serial);
	}
	return (fclose(f) == 0 ? 0 : -1);
}

/* Order rows by outlet, suspended ones first. */
static int
compare(const void *va, const void *vb)
{
	const struct plan_row *a = *(const struct plan_row *const *)va;
	const struct plan_row *b = *(const struct plan_row *const *)vb;
	int c = strcmp(a->institution, b->institution);

	if (c == 0)
		c = strcmp(a->branch, b->branch);
	if (c == 0)
		c = (strcmp(b->listed, SUSPENDED) == 0) -
		    (strcmp(a->listed, SUSPENDED) == 0);
	return (c);
}

/* The register: every outlet that the plan names. */
static int
outlets_write(const char *dir, const struct plan *plan)
{
	const struct plan_row **o = calloc(plan->count + 1, sizeof(*o));
	char path[4096];
	FILE *f;

	if (o == NULL)
		return (-1);
	for (size_t i = 0; i < plan->count; i++)
		o[i] = &plan->rows[i];
	qsort(o, plan->count, sizeof(*o), compare);
	snprintf(path, sizeof(path), "%s/outlets.csv", dir);
	if ((f = fopen(path, "we")) == NULL) {
		free(o);
		return (-1);
	}
	fprintf(f, "institution,outlet,name,area,hours,contact,status,from,"
	    "until,reason\n");
	for (size_t i = 0; i < plan->count; i++) {
		int stopped = strcmp(o[i]->listed, SUSPENDED) == 0;
		if (o[i]->branch[0] == '\0' || (i > 0 &&
		    strcmp(o[i]->institution, o[i - 1]->institution) == 0 &&
		    strcmp(o[i]->branch, o[i - 1]->branch) == 0))
			continue;
		fprintf(f, "%s,%s,%s %s,%06d,08:30-17:30,,%s,%s,,%s\n",
		    o[i]->institution, o[i]->branch, o[i]->institution,
		    o[i]->branch, (int)(o[i]->area != 0 ? o[i]->area : 330100),
		    stopped ? "suspended" : "open", stopped ? "2026-01-05" : "",
		    stopped ? "unusual openings" : "");
	}
	free(o);
	return (fclose(f) == 0 ? 0 : -1);
}

/* All of it. */
int
lists_write(const char *dir, const struct plan *plan)
{
	int rc = 0;

	for (size_t i = 0; i < LISTS && rc == 0; i++)
		rc = list_write(dir, plan, names[i]);
	if (rc == 0)
		rc = outlets_write(dir, plan);
	if (rc != 0)
		fprintf(stderr, "demo-generate: %s: %s\n", dir,
		    strerror(errno));
	return (rc);
}
