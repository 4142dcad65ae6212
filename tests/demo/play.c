/*
 * demo-play: a small account-opening program.  It loads libliangka.so.1 and plays
 * the day of a plan; then it tells what a duty officer wants to know.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "day.h"
#include "report.h"
#include "report_parts.h"

#define MIDNIGHT_MARGIN 20	/* seconds the day's play may take */

/* What it is for. */
static void
usage(FILE *f)
{
	fprintf(f,
	    "usage: demo-play --library PATH --plan PLAN.csv --conf-dir DIR\n"
	    "           [--answers FILE]\n\n"
	    "Plays the rows check, retry and close of the plan through the "
	    "library, with\nDIR/INSTITUTION.conf for each institution; --answers "
	    "writes each answer beside the\ntruth, a line each. Exit code 0: "
	    "every check got an answer and all that is\nmarked with ! came "
	    "true; 1: not; 64 and more: could not play.\n\n");
	plan_help(f, "");
}

/* A day that passes in seconds must not fall on two days. */
static void
wait_for_midnight(void)
{
	time_t left = 86400 - (time(NULL) + 8 * 3600) % 86400;

	if (left > MIDNIGHT_MARGIN)
		return;
	printf("midnight (UTC+8) is near: waiting %d s so that the day stays "
	    "one day\n", (int)left + 1);
	fflush(stdout);
	sleep((unsigned)left + 1);
}

/* Colours for eyes only. */
static int
colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");

	return (isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0'));
}

/* How many rows the plan has, and for how many places. */
static void
greet(const struct host *h, const struct plan *plan, const struct day *d)
{
	char a[32], b[32];

	printf("%s checks and other events of the day, %s rows of history, %zu "
	    "institutions; libliangka %s\n", report_number(a, d->count),
	    report_number(b, plan->count - d->count), h->handles,
	    h->version());
	if (plan->bad > 0)
		printf("%zu rows of the plan were left out: demo-generate "
		    "--setup names them\n", plan->bad);
	fflush(stdout);
}

/* Play, report, judge. */
static int
play(struct host *h, const struct plan *plan, const char *answers)
{
	struct day d;
	int rc = 70;

	wait_for_midnight();
	if (day_prepare(&d, h, plan) == 0) {
		greet(h, plan, &d);
		if (day_play(&d) == 0) {
			struct report r = {stdout, colour_wanted(), &d};
			report_day(&r);
			putchar('\n');
			size_t bad = report_verdict(&r);
			report_ink(&r, bad > 0 ? REPORT_BAD : REPORT_GOOD);
			if (bad == 0 && plan->bad > 0)
				printf("all that the plan demands came true, "
				    "but %zu rows could not be read\n",
				    plan->bad);
			else if (bad > 0)
				printf("%zu rows were not as the plan "
				    "demands\n", bad);
			else
				printf("every check got an answer, and all "
				    "that the plan demands came true\n");
			report_ink(&r, REPORT_PLAIN);
			rc = bad > 0 || plan->bad > 0;
			if (answers != NULL && report_answers(&r, answers) < 0)
				rc = 73;
		}
	}
	day_free(&d);
	return (rc);
}

/* Three options, all needed. */
int
main(int argc, char **argv)
{
	const char *library = NULL, *file = NULL, *conf_dir = NULL;
	const char *answers = NULL;
	static struct host host;
	struct plan plan;
	int rc;

	for (int i = 1; i < argc; i++) {
		const char **value =
		    strcmp(argv[i], "--library") == 0 ? &library :
		    strcmp(argv[i], "--plan") == 0 ? &file :
		    strcmp(argv[i], "--conf-dir") == 0 ? &conf_dir :
		    strcmp(argv[i], "--answers") == 0 ? &answers : NULL;
		if (strcmp(argv[i], "--help") == 0) {
			usage(stdout);
			return (0);
		}
		if (value == NULL || i + 1 == argc) {
			usage(stderr);
			return (64);
		}
		*value = argv[++i];
	}
	if (library == NULL || file == NULL || conf_dir == NULL) {
		usage(stderr);
		return (64);
	}
	plan_init(&plan);
	/* The set-up has named every bad row already. */
	if (plan_read(&plan, file, NULL) < 0) {
		plan_free(&plan);
		plan_read(&plan, file, &plan_stderr);
		plan_free(&plan);
		return (65);
	}
	plan_sort(&plan);
	rc = host_load(&host, library, conf_dir) < 0 ? 69 : play(&host, &plan,
	    answers);
	host_unload(&host);
	plan_free(&plan);
	return (rc);
}
