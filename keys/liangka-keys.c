#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "keysctl.h"

#ifndef LIANGKA_VERSION
#define LIANGKA_VERSION	"1.0.0"
#endif

/* Each command and the options it takes. */
static const struct {
	const char	*word;
	int		(*run)(const struct keysctl_options *, int, char **);
	unsigned	 allowed;
} commands[] = {
	{ "new", keysctl_new, KEYSCTL_JSON | KEYSCTL_OUT | KEYSCTL_NAME |
	    KEYSCTL_ALGORITHM | KEYSCTL_EPOCH | KEYSCTL_EXPIRES },
	{ "show", keysctl_show, KEYSCTL_JSON },
	{ "fingerprint", keysctl_fingerprint, KEYSCTL_JSON },
	{ "rotate", keysctl_rotate, KEYSCTL_JSON | KEYSCTL_OUT |
	    KEYSCTL_EXPIRES },
	{ "sign", keysctl_sign, KEYSCTL_JSON | KEYSCTL_OUT | KEYSCTL_KEY },
	{ "verify", keysctl_verify, KEYSCTL_JSON | KEYSCTL_KEY |
	    KEYSCTL_NEED },
};

static const char help[] =
"usage: liangka-keys new KIND [--name NAME | --epoch N] [--algorithm A]\n"
"                             [--expires DATE] [--out FILE] [--json]\n"
"       liangka-keys show FILE ... [--json]\n"
"       liangka-keys fingerprint FILE ... [--json]\n"
"       liangka-keys rotate FILE [--expires DATE] [--out FILE] [--json]\n"
"       liangka-keys sign --key FILE ... NOTE [--out FILE] [--json]\n"
"       liangka-keys verify --key KEY ... NOTE [--need N] [--json]\n"
"       liangka-keys --help | --version\n"
"\n"
"Make, examine and use the secret keys of liangka. The secret itself is written\n"
"to the key file only; nothing prints it.\n"
"\n"
"new KIND    Make a key. One kind is shared by several machines and has an epoch:\n"
"  token       turns identity numbers, phones, addresses and card numbers into\n"
"              tokens, so that none of them is stored in clear (token-person); one\n"
"              person makes it once for a region, and every node gets a copy\n"
"  token-list  the same for the lists of the centre alone\n"
"            The others belong to one place or person and have a name; the public\n"
"            half is written beside them (FILE.pub, for seal a .crt):\n"
"  log         signs the record of a node; NAME is <domain>/branch/<node>\n"
"  witness     cosigns the records of others\n"
"  staff       a person's own: NAME is how the person is called in the record\n"
"  root, targets, snapshot, timestamp\n"
"              the publishing roles of the centre\n"
"  seal        opens what the nodes seal for the centre; openssl reads it too\n"
"  --epoch N   number of the key, 1 to 65535 (default 1)\n"
"  --algorithm A  token kinds: hmac-sha256 (default) or hmac-sm3; log: ed25519\n"
"              (default) or sm2-sm3, which the gm profile needs besides\n"
"  --expires DATE  2028-01-01 (from 00:00 in China), 2027-12-31T16:00:00Z, or\n"
"              never (default); an expired key does not sign any more\n"
"  --out FILE  where to write it (default KIND.key, KIND-N.key); a file that is\n"
"              there is never overwritten\n"
"show FILE   Say what a key file holds, whether it is undamaged, and whether\n"
"            its owner and mode keep it secret; also of a .pub or .crt file.\n"
"fingerprint FILE\n"
"            Digits in groups to compare over the telephone: the id of a secret\n"
"            key (are two copies the same?), and the SHA-256 of a public half\n"
"            (sha256sum FILE.pub begins with the same digits); and the digits by\n"
"            which \"liangka repo sign\" shows a key of a publishing role.\n"
"rotate FILE Make the successor: the next epoch, or a new key under the same\n"
"            name. The old file stays. It lasts as long as the old one was to.\n"
"sign        Add signature lines to a signed note (c2sp.org/signed-note), or make\n"
"            one of a text; in place, or into the file of --out (- prints it).\n"
"verify      Check the signatures of a note. KEY is what a .pub file holds, or\n"
"            such a file. All keys must have signed, or N of them (--need).\n"
"--json      one JSON object per key or file, for scripts\n"
"\n"
"Exit codes: 0 good; 1 not verified; 64 wrong usage; 65 damaged, expired or not\n"
"a key; 66 no such file; 73 cannot create; 74 read or write error; 77 others may\n"
"read it, or no right.\n"
"\n"
"Examples:\n"
"  liangka-keys new token --out /etc/liangka/token-person-1.key\n"
"  liangka-keys new log --name afc.example/branch/b017 --out /etc/liangka/log.key\n"
"  liangka-keys fingerprint /etc/liangka/log.key.pub\n"
"  liangka-keys sign --key root-1.key --key root-2.key root.txt\n"
"  liangka-keys verify --key root-1.key.pub --key root-2.key.pub root.txt\n";

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

/* Do what the command says. */
static int
run(int argc, char **argv)
{
	struct keysctl_options o;
	size_t i;
	int rc;

	if (argc < 2)
		return (keysctl_usage("say what to do: new, show, fingerprint, "
		    "rotate, sign or verify", NULL));
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("liangka-keys " LIANGKA_VERSION "\n");
		return (0);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		(void)fputs(help, stdout);
		return (0);
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].word) == 0)
			break;
	if (i == sizeof(commands) / sizeof(commands[0]))
		return (keysctl_usage("unknown command", argv[1]));
	argc--;
	argv++;
	rc = keysctl_options(&o, argc, argv, commands[i].allowed);
	if (rc != 0)
		return (rc);
	if (o.help) {
		(void)fputs(help, stdout);
		return (0);
	}
	return (commands[i].run(&o, argc - optind, argv + optind));
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
