#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "applicant.h"
#include "load.h"

/* Tell how it is used. */
static int
usage(const char *program)
{

	fprintf(stderr, "usage: %s --socket PATH [--connections N] "
	    "[--seconds S] [--warm S]\n"
	    "    [--people N] [--tellers N] [--outlets N] [--run NAME] "
	    "[--server PID]\n"
	    "    [--reply FILE [--bytes N]] [--seen FILE] [--rate N]\n"
	    "--run tells the txn_ids of one run from those of others (8 "
	    "characters);\n"
	    "--reply is a file for one PASS reply: bench_check writes it, "
	    "bench_echo reads it\n"
	    "and fills it up to --bytes;\n"
	    "--seen is a file that remembers which people were met;\n"
	    "--rate: so many applications a second, at random moments.\n",
	    program);
	return (-1);
}

/* Read a number within bounds; 0 where it is none. */
static unsigned
number(const char *s, unsigned long max)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	return (*end == '\0' && v <= max ? (unsigned)v : 0);
}

/* Read the command line. */
int
load_args(struct load_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{"socket", 1, NULL, 's'}, {"connections", 1, NULL, 'c'},
		{"seconds", 1, NULL, 't'}, {"warm", 1, NULL, 'w'},
		{"people", 1, NULL, 'p'}, {"tellers", 1, NULL, 'e'},
		{"outlets", 1, NULL, 'o'}, {"run", 1, NULL, 'r'},
		{"server", 1, NULL, 'P'}, {"reply", 1, NULL, 'R'},
		{"bytes", 1, NULL, 'B'}, {"seen", 1, NULL, 'S'},
		{"rate", 1, NULL, 'a'},
		{NULL, 0, NULL, 0}
	};
	int c;

	*o = (struct load_options){.connections = 1, .seconds = 3, .warm = 0.3,
	    .people = 1000000, .tellers = 60000, .outlets = 1200, .run = "1"};
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 's': o->socket = optarg; break;
		case 'c': o->connections = number(optarg, 16384); break;
		case 't': o->seconds = atof(optarg); break;
		case 'w': o->warm = atof(optarg); break;
		case 'p': o->people = number(optarg, APPLICANT_MAX); break;
		case 'e': o->tellers = number(optarg, 999999); break;
		case 'o': o->outlets = number(optarg, 9999); break;
		case 'r': o->run = optarg; break;
		case 'P': o->server = (pid_t)number(optarg, 1u << 30); break;
		case 'R': o->reply = optarg; break;
		case 'B': o->reply_bytes = number(optarg, 4096); break;
		case 'S': o->seen = optarg; break;
		case 'a': o->rate = atof(optarg); break;
		default: return (usage(argv[0]));
		}
	if (o->socket == NULL || optind != argc || o->connections == 0 ||
	    o->people == 0 || o->tellers == 0 || o->outlets == 0 ||
	    o->seconds <= 0 || o->rate < 0)
		return (usage(argv[0]));
	return (0);
}

/* Print one line. */
void
load_print(const struct load_options *o, const struct load *l,
    const char *what)
{
	const struct hist *h = &l->latency;
	double n = h->count > 0 ? (double)h->count : 1;

	printf("%s connections=%u rate=%.0f p50=%.1f p99=%.1f p999=%.1f "
	    "max=%.1f server_us=%.2f client_us=%.2f request_bytes=%lu "
	    "reply_bytes=%.0f pass=%lu limit=%lu review=%lu reject=%lu "
	    "errors=%lu all=%lu met=%u\n", what, o->connections,
	    (double)h->count / l->seconds, (double)hist_at(h, .5) / 1e3,
	    (double)hist_at(h, .99) / 1e3, (double)hist_at(h, .999) / 1e3,
	    (double)h->max / 1e3, l->server_cpu / n * 1e6,
	    l->client_cpu / n * 1e6, (unsigned long)l->request_bytes,
	    (double)l->reply_bytes / n, (unsigned long)l->decisions[0],
	    (unsigned long)l->decisions[1], (unsigned long)l->decisions[2],
	    (unsigned long)l->decisions[3], (unsigned long)l->errors,
	    (unsigned long)l->all, l->met);
}
