#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "describe.h"
#include "keydisk.h"
#include "keyfile.h"
#include "wipe.h"

#ifndef LIANGKA_VERSION
#define LIANGKA_VERSION	"1.0.0"
#endif

struct options {
	const char	*out;		/* NULL: named after kind and epoch */
	uint32_t	 epoch;
	int		 json;
};

static const char help[] =
"usage: liangka-keys new token [--epoch N] [--out FILE] [--json]\n"
"       liangka-keys show FILE ... [--json]\n"
"       liangka-keys --help | --version\n"
"\n"
"Make and examine the secret keys of liangka. The secret itself is written to\n"
"the key file only; nothing prints it.\n"
"\n"
"new token   Make the key that turns identity numbers, phones, addresses and\n"
"            card numbers into tokens, so that none of them is stored in clear.\n"
"            One person makes it once for a region; every node gets a copy.\n"
"  --epoch N   number of the key, 1 to 65535 (default 1); a key that follows\n"
"              another one takes the next number\n"
"  --out FILE  where to write it (default token-person-N.key); a file that is\n"
"              there is never overwritten\n"
"show FILE   Say what a key file holds, whether it is undamaged, and whether\n"
"            its owner and mode keep it secret. Compare the ids of two nodes\n"
"            to see that they hold the same key.\n"
"--json      one JSON object per key, for scripts\n"
"\n"
"Exit codes: 0 good; 64 wrong usage; 65 damaged or not a key; 66 no such file;\n"
"73 cannot create; 74 read or write error; 77 others may read it, or no right.\n"
"\n"
"Examples:\n"
"  liangka-keys new token --out /etc/liangka/token-person-1.key\n"
"  liangka-keys show /etc/liangka/token-person-1.key\n";

/* Explain a wrong command line. */
static int
usage(const char *what, const char *which)
{

	(void)fprintf(stderr, "liangka-keys: %s%s%s\n"
	    "Try \"liangka-keys --help\".\n", what, which == NULL ? "" : ": ",
	    which == NULL ? "" : which);
	return (EX_USAGE);
}

/* Report a fault and give its exit code; creating is whether a file was made. */
static int
report(const struct keyfile_error *err, int creating)
{

	(void)fflush(stdout);
	(void)fprintf(stderr, "liangka-keys: %s\n", err->text);
	switch (err->fault) {
	case KEYFILE_BAD:
	case KEYFILE_EXPIRED:
		return (EX_DATAERR);
	case KEYFILE_ABSENT:
		return (creating ? EX_CANTCREAT : EX_NOINPUT);
	case KEYFILE_DENIED:
		return (EX_NOPERM);
	case KEYFILE_EXISTS:
		return (EX_CANTCREAT);
	case KEYFILE_FINE:
	case KEYFILE_IO:
		break;
	}
	return (creating ? EX_CANTCREAT : EX_IOERR);
}

/* Tell someone who sees this for the first time what he now holds. */
static void
explain(const struct keyfile *k)
{

	(void)printf("\n"
"This key turns identity numbers, phones, addresses and card numbers into\n"
"tokens, so that liangkad stores, logs and sends none of them in clear.\n"
"\n"
"1. Back it up offline now: two sealed copies in two safes. When it is lost,\n"
"   no record made with it can ever be matched to a person again.\n"
"2. Every node of the region needs this same file. Copy it over a safe way,\n"
"   make it belong to the user liangkad runs as, with mode 0400, and run\n"
"   \"liangka-keys show\" there: the id must be %s.\n"
"3. Keep it from everyone else: whoever has it can find the person behind\n"
"   every token by trying all numbers.\n", k->id);
}

/* Fill a buffer from the system's random source. */
static int
fill_random(uint8_t *buf, size_t len)
{
	size_t have = 0;
	ssize_t n;

	while (have < len) {
		n = getrandom(buf + have, len - have, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (-1);
		have += (size_t)n;
	}
	return (0);
}

/* Make a key, write it, and trust only what can be read back. */
static int
new_token(const struct options *o)
{
	uint8_t secret[KEYFILE_SECRET_LEN];
	char path[64];
	struct keydisk_look look;
	struct keyfile_error err;
	struct keyfile made, read;
	const char *out = o->out;
	int rc = EX_OSERR;

	memset(&made, 0, sizeof(made));
	memset(&read, 0, sizeof(read));
	if (out == NULL) {
		(void)snprintf(path, sizeof(path), "token-person-%u.key",
		    (unsigned)o->epoch);
		out = path;
	}
	if (fill_random(secret, sizeof(secret)) != 0) {
		(void)fprintf(stderr, "liangka-keys: no random numbers: %s\n",
		    strerror(errno));
		goto done;
	}
	if (keyfile_make(&made, KEYFILE_TOKEN_PERSON, o->epoch,
	    (int64_t)time(NULL), secret) != 0) {
		(void)fprintf(stderr, "liangka-keys: the clock of this machine "
		    "is wrong; set it and try again\n");
		goto done;
	}
	if (keydisk_write(&made, out, &err) != 0 ||
	    keydisk_look(&read, &look, out, &err) != 0) {
		rc = report(&err, 1);
		goto done;
	}
	if (memcmp(&made.id, &read.id, sizeof(made.id)) != 0) {
		(void)fprintf(stderr, "liangka-keys: %s: reads back as another "
		    "key\n", out);
		rc = EX_IOERR;
		goto done;
	}
	describe_key(&read, out, &look, (int64_t)time(NULL), o->json);
	if (!o->json)
		explain(&read);
	rc = look.access.fault == KEYFILE_FINE ? 0 : report(&look.access, 1);

done:
	wipe(secret, sizeof(secret));
	keyfile_wipe(&made);
	keyfile_wipe(&read);
	return (rc);
}

/* Show one key file. */
static int
show(const char *path, const struct options *o)
{
	struct keydisk_look look;
	struct keyfile_error err;
	struct keyfile k;
	int rc;

	if (keydisk_look(&k, &look, path, &err) != 0) {
		/* An unsafe mode is worth saying about a damaged key too. */
		if (look.access.fault != KEYFILE_FINE)
			(void)report(&look.access, 0);
		return (report(&err, 0));
	}
	describe_key(&k, path, &look, (int64_t)time(NULL), o->json);
	keyfile_wipe(&k);
	rc = 0;
	if (look.access.fault != KEYFILE_FINE)
		rc = report(&look.access, 0);
	return (rc);
}

/* Read a decimal epoch. */
static int
read_epoch(const char *text, uint32_t *epoch)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    n < 1 || n > KEYFILE_EPOCH_MAX)
		return (-1);
	*epoch = (uint32_t)n;
	return (0);
}

/* Leave no core, no debugger's view, no wide mode, no closed stdio. */
static int
harden(void)
{
	const struct rlimit none = { 0, 0 };
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return (-1);
	} while (fd <= STDERR_FILENO);
	(void)close(fd);
	(void)umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return (-1);
	return (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

/* Read the options after the command; argv[0] stands for the command. */
static int
read_options(int argc, char **argv, struct options *o, int *asked, int making)
{
	static const struct option all[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "epoch", required_argument, NULL, 'e' },
		{ "out", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 }
	};
	char letter[3] = "-";
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", all, NULL)) != -1) {
		if (c == 'h') {
			*asked = 1;
			return (0);
		}
		if (c == 'j')
			o->json = 1;
		else if (c == 'e' && making) {
			if (read_epoch(optarg, &o->epoch) != 0)
				return (usage("--epoch needs a number from 1 "
				    "to 65535, not", optarg));
		} else if (c == 'o' && making) {
			if (optarg[0] == '\0' || strcmp(optarg, "-") == 0)
				return (usage("--out needs the name of a file; "
				    "a key is never printed", NULL));
			o->out = optarg;
		} else if (c == 'e' || c == 'o')
			return (usage("only \"new token\" takes this option",
			    c == 'e' ? "--epoch" : "--out"));
		else if (c == ':')
			return (usage("this option needs a value",
			    argv[optind - 1]));
		else {
			letter[1] = (char)optopt;
			return (usage("unknown option", optopt != 0 ? letter :
			    argv[optind - 1]));
		}
	}
	return (0);
}

/* Do what the command says. */
static int
run(int argc, char **argv)
{
	struct options o = { NULL, 1, 0 };
	int asked = 0, worst = 0, making, rc;

	if (argc < 2)
		return (usage("say what to do: new token, or show FILE", NULL));
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("liangka-keys " LIANGKA_VERSION "\n");
		return (0);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		(void)fputs(help, stdout);
		return (0);
	}
	making = strcmp(argv[1], "new") == 0;
	if (!making && strcmp(argv[1], "show") != 0)
		return (usage("unknown command", argv[1]));
	argc--;
	argv++;
	rc = read_options(argc, argv, &o, &asked, making);
	if (rc != 0)
		return (rc);
	if (asked) {
		(void)fputs(help, stdout);
		return (0);
	}
	argc -= optind;
	argv += optind;
	if (making) {
		if (argc < 1 || strcmp(argv[0], "token") != 0)
			return (usage("\"new\" needs a kind of key; known: "
			    "token", NULL));
		if (argc > 1)
			return (usage("too much after \"new token\"", argv[1]));
		return (new_token(&o));
	}
	if (argc < 1)
		return (usage("\"show\" needs a key file", NULL));
	for (int i = 0; i < argc; i++) {
		if (i > 0 && !o.json)
			(void)putchar('\n');
		rc = show(argv[i], &o);
		if (rc != 0 && worst == 0)
			worst = rc;
	}
	return (worst);
}

int
main(int argc, char **argv)
{
	int rc;

	if (harden() != 0) {
		(void)fprintf(stderr, "liangka-keys: cannot protect this "
		    "process: %s\n", strerror(errno));
		return (EX_OSERR);
	}
	rc = run(argc, argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && rc == 0) {
		(void)fprintf(stderr, "liangka-keys: cannot write the output: "
		    "%s\n", strerror(errno));
		rc = EX_IOERR;
	}
	return (rc);
}
