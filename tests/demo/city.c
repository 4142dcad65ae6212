/*
 * demo-city: a small account-opening program for the twelve institutions of a city.  It
 * plays the day of a plan part by part, as city.sh tells it on standard input: once on
 * nodes that know of nobody else, once on nodes below a city.
 */
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "city.h"
#include "report_parts.h"

#define PORTS 16
#define WORDS 6

/* The day, played in one of two worlds. */
struct world {
	const char *name;
	struct host host;
	struct day day;
	char dir[4096];
	int open;
};

struct city {
	const char *library;
	const char *said;	/* where each command is answered with a line */
	struct plan plan;
	struct report report;
	struct world world[2];
};

/* What it is for. */
static void
usage(FILE *f)
{
	fputs("usage: demo-city --library PATH --plan PLAN.csv --said FILE\n"
	    "       demo-city --ports N\n\n"
	    "Obeys, a line each, and adds \"ok\" or \"failed\" to FILE:\n"
	    "  open WORLD DIR               DIR/INSTITUTION.conf each; WORLD is "
	    "alone or city\n"
	    "  play WORLD FROM UNTIL SECONDS [away]   HH:MM; 0: as fast as it "
	    "goes\n"
	    "  compare                      both worlds, side by side\n"
	    "  verdict FROM UNTIL           is all as the plan demands?\n"
	    "  close WORLD\n"
	    "The second form prints N free ports of the loopback address.\n", f);
}

/* Which world? */
static struct world *
world_of(struct city *c, const char *name)
{

	return (strcmp(name, c->world[0].name) == 0 ? &c->world[0] :
	    strcmp(name, c->world[1].name) == 0 ? &c->world[1] : NULL);
}

/* Load the library and open a handle for each institution. */
static int
open_world(struct city *c, struct world *w, const char *dir)
{
	if (w->open || (size_t)snprintf(w->dir, sizeof(w->dir), "%s", dir) >=
	    sizeof(w->dir) || host_load(&w->host, c->library, w->dir) < 0 ||
	    day_prepare(&w->day, &w->host, &c->plan) < 0)
		return (-1);
	w->open = 1;
	return (0);
}

/* The answers stay. */
static int
close_world(struct world *w)
{
	host_unload(&w->host);
	w->open = 0;
	return (0);
}

/* Seconds of the day, or -1. */
static int64_t
clock_of(const char *s)
{
	int h, m, n = 0;

	return (sscanf(s, "%2d:%2d%n", &h, &m, &n) == 2 && s[n] == '\0' ?
	    h * 3600 + m * 60 : -1);
}

/* Play a part. */
static int
play(struct city *c, struct world *w, char **arg, int n)
{
	int64_t from = clock_of(arg[2]), until = clock_of(arg[3]);
	struct city_part p;

	if (from < 0 || until < from)
		return (-1);
	day_part(&w->day, from, until, strtol(arg[4], NULL, 10));
	if (day_play(&w->day) < 0 || city_part(&p, &w->day) < 0)
		return (-1);
	city_part_print(&c->report, &p, &w->day, n > 5);
	return (p.unanswered > 0 || p.again > 0 ? -1 : 0);
}

/* Did the city not answer about somebody in time, in that part of the day? */
static int
unasked(const struct day *d, uint64_t person)
{
	for (size_t i = d->from; i < d->until; i++)
		if (d->answers[i].person == person &&
		    (d->answers[i].result.flags & LK_R_OFFLINE) != 0)
			return (1);
	return (0);
}

/*
 * Were the hard demands met in a part of the day?  Nothing is demanded about people whom
 * the city was not asked about in time: that is decided as well as can be.
 */
static int
verdict(struct city *c, char **arg)
{
	struct day d = c->world[1].day, part;
	struct report r = c->report;
	size_t bad;

	day_part(&d, clock_of(arg[1]), clock_of(arg[2]), 0);
	part = d;
	part.count = 0;
	part.answers = calloc(d.count + 1, sizeof(*part.answers));
	if (part.answers == NULL)
		return (-1);
	for (size_t i = d.from; i < d.until; i++)
		if (!unasked(&d, d.answers[i].person))
			part.answers[part.count++] = d.answers[i];
	r.day = &part;
	bad = report_verdict(&r);
	fflush(r.f);
	free(part.answers);
	return (bad > 0 ? -1 : 0);
}

/* Both days side by side. */
static int
compare(struct city *c)
{
	c->report.day = &c->world[1].day;
	int more = city_compare(&c->report, &c->world[0].day);
	int rings = city_rings(&c->report, &c->world[0].day);
	return (more > 0 && rings > 0 ? 0 : -1);
}

/* Do what a line says. */
static int
obey(struct city *c, char *line)
{
	char *arg[WORDS + 1], *save = NULL;
	struct world *w;
	int n = 0;

	for (char *p = strtok_r(line, " \n", &save); p != NULL && n < WORDS;
	    p = strtok_r(NULL, " \n", &save))
		arg[n++] = p;
	if (n == 1 && strcmp(arg[0], "compare") == 0)
		return (compare(c));
	if (n == 3 && strcmp(arg[0], "verdict") == 0)
		return (verdict(c, arg));
	if (n < 2 || (w = world_of(c, arg[1])) == NULL)
		return (-1);
	if (n == 3 && strcmp(arg[0], "open") == 0)
		return (open_world(c, w, arg[2]));
	if (n == 2 && strcmp(arg[0], "close") == 0)
		return (close_world(w));
	if (n >= 5 && strcmp(arg[0], "play") == 0 && w->open)
		return (play(c, w, arg, n));
	return (-1);
}

/* Until standard input ends. */
static int
serve(struct city *c)
{
	char line[8192];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		int rc = obey(c, line);
		FILE *f = fopen(c->said, "ae");
		if (f == NULL || fputs(rc == 0 ? "ok\n" : "failed\n", f) < 0 ||
		    fclose(f) != 0) {
			perror(c->said);
			return (73);
		}
	}
	return (0);
}

/* Ports that nobody listens on now. */
static int
ports(int n)
{
	int fd[PORTS];

	for (int i = 0; i < n && i < PORTS; i++) {
		struct sockaddr_in sa = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t len = sizeof(sa);
		if ((fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
		    0)) < 0 || bind(fd[i], (struct sockaddr *)&sa, len) < 0 ||
		    getsockname(fd[i], (struct sockaddr *)&sa, &len) < 0) {
			perror("demo-city: 127.0.0.1");
			return (69);
		}
		printf("%d\n", ntohs(sa.sin_port));
	}
	return (0);
}

/* Colours for eyes only. */
static int
colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");

	return (isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0'));
}

int
main(int argc, char **argv)
{
	static struct city c = { .world = { { .name = "alone" },
		{ .name = "city" } } };
	const char *file = NULL;
	int rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return (0);
	}
	if (argc == 3 && strcmp(argv[1], "--ports") == 0)
		return (ports((int)strtol(argv[2], NULL, 10)));
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--library") == 0)
			c.library = argv[i + 1];
		else if (strcmp(argv[i], "--plan") == 0)
			file = argv[i + 1];
		else if (strcmp(argv[i], "--said") == 0)
			c.said = argv[i + 1];
	}
	if (argc != 7 || c.library == NULL || file == NULL || c.said == NULL) {
		usage(stderr);
		return (64);
	}
	plan_init(&c.plan);
	if (plan_read(&c.plan, file, &plan_stderr) < 0)
		return (65);
	plan_sort(&c.plan);
	c.report = (struct report){ stdout, colour_wanted(), NULL };
	rc = serve(&c);
	for (int i = 0; i < 2; i++) {
		host_unload(&c.world[i].host);
		day_free(&c.world[i].day);
	}
	plan_free(&c.plan);
	return (rc);
}
