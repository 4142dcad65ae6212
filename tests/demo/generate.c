/*
 * demo-generate: write the demonstration day as a plan, or the configuration
 * that a plan needs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "batches.h"
#include "civil.h"
#include "gen.h"
#include "lists.h"
#include "setup.h"

#define DAY_DEFAULT "2026-11-22"

/* What it is for. */
static void
usage(FILE *f)
{
	fprintf(f,
	    "usage: demo-generate [--day YYYY-MM-DD] SEED >PLAN.csv\n"
	    "       demo-generate --setup PLAN.csv --dir DIR --run DIR\n"
	    "           --key FILE [--policy FILE]\n"
	    "       demo-generate --lists PLAN.csv --dir DIR\n\n"
	    "The first form writes one day of a prefecture, the same for the same "
	    "SEED and\nday (default %s). The second reads a plan and writes "
	    "liangkad.conf and\nplugin/ID.conf for its institutions and outlets "
	    "into --dir, with all sockets in\n--run. "
	    "The third writes what the centre knows: one CSV for each list,\n"
	    "the outlet register, and the batches that are registered "
	    "beforehand.\n\n", DAY_DEFAULT);
	plan_help(f, "");
}

/* A number that ends where the text ends. */
static int
seed_read(const char *s, uint64_t *seed)
{
	char *end;

	errno = 0;
	*seed = strtoull(s, &end, 10);
	return (*s < '0' || *s > '9' || *end != '\0' || errno != 0 ? -1 : 0);
}

/* The first form. */
static int
generate(const char *seed_text, const char *day_text)
{
	struct plan plan;
	uint64_t seed;
	int64_t day;
	int rc = 1;

	if (seed_read(seed_text, &seed) < 0) {
		fprintf(stderr, "demo-generate: SEED is a whole number\n");
		return (64);
	}
	if (civil_read(day_text, &day) != 10 || day_text[10] != '\0') {
		fprintf(stderr, "demo-generate: no such day: %s\n", day_text);
		return (64);
	}
	plan_init(&plan);
	if (gen_plan(&plan, seed, day) < 0)
		fprintf(stderr, "demo-generate: out of memory\n");
	else if (plan_write(&plan, stdout) < 0)
		fprintf(stderr, "demo-generate: %s\n", strerror(errno));
	else
		rc = 0;
	plan_free(&plan);
	return (rc);
}

/* The second form. */
static int
setup(const struct setup *s, const char *path)
{
	struct plan plan;
	int rc = 1;

	plan_init(&plan);
	if (plan_read(&plan, path, &plan_stderr) == 0 &&
	    setup_write(s, &plan) == 0)
		rc = 0;
	plan_free(&plan);
	return (rc);
}

/* The third form. */
static int
lists(const char *dir, const char *path)
{
	struct plan plan;
	int rc = 1;

	plan_init(&plan);
	if (plan_read(&plan, path, &plan_stderr) == 0 &&
	    lists_write(dir, &plan) == 0 && batches_write(dir, &plan) == 0)
		rc = 0;
	plan_free(&plan);
	return (rc);
}

/* Options come in pairs; what is left is the seed. */
int
main(int argc, char **argv)
{
	const char *day = DAY_DEFAULT, *seed = NULL, *plan = NULL, *known = NULL;
	struct setup s = {NULL, NULL, NULL, NULL};
	struct {
		const char *name;
		const char **value;
	} options[] = {{"--day", &day}, {"--setup", &plan}, {"--lists", &known}, {"--dir", &s.dir},
	    {"--run", &s.run}, {"--policy", &s.policy}, {"--key", &s.key}};

	for (int i = 1; i < argc; i++) {
		size_t k = 0, n = sizeof(options) / sizeof(options[0]);
		if (strcmp(argv[i], "--help") == 0) {
			usage(stdout);
			return (0);
		}
		while (k < n && strcmp(options[k].name, argv[i]) != 0)
			k++;
		if (k < n && i + 1 < argc) {
			*options[k].value = argv[++i];
		} else if (argv[i][0] != '-' && seed == NULL) {
			seed = argv[i];
		} else {
			usage(stderr);
			return (64);
		}
	}
	if (known != NULL && plan == NULL && seed == NULL && s.dir != NULL)
		return (lists(s.dir, known));
	if (plan != NULL && seed == NULL && s.dir != NULL && s.run != NULL &&
	    s.key != NULL)
		return (setup(&s, plan));
	if (seed == NULL || plan != NULL || known != NULL) {
		usage(stderr);
		return (64);
	}
	return (generate(seed, day));
}
