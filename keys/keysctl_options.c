#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keysctl.h"

static const struct option all[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "out", required_argument, NULL, 'o' },
	{ "name", required_argument, NULL, 'n' },
	{ "algorithm", required_argument, NULL, 'a' },
	{ "epoch", required_argument, NULL, 'e' },
	{ "expires", required_argument, NULL, 'x' },
	{ "key", required_argument, NULL, 'k' },
	{ "need", required_argument, NULL, 'm' },
	{ NULL, 0, NULL, 0 }
};

/* Which bit belongs to which option. */
static const struct {
	int		 letter;
	unsigned	 bit;
	const char	*word;
	const char	*elsewhere;	/* where it does belong */
} bits[] = {
	{ 'j', KEYSCTL_JSON, "--json", "only commands" },
	{ 'o', KEYSCTL_OUT, "--out", "only \"new\", \"rotate\" and \"sign\"" },
	{ 'n', KEYSCTL_NAME, "--name", "only \"new\"" },
	{ 'a', KEYSCTL_ALGORITHM, "--algorithm", "only \"new\"" },
	{ 'e', KEYSCTL_EPOCH, "--epoch", "only \"new\"" },
	{ 'x', KEYSCTL_EXPIRES, "--expires", "only \"new\" and \"rotate\"" },
	{ 'k', KEYSCTL_KEY, "--key", "only \"sign\" and \"verify\"" },
	{ 'm', KEYSCTL_NEED, "--need", "only \"verify\"" },
};

/* Read a decimal number from 1 to most. */
static int
read_number(const char *text, unsigned long most, uint32_t *n)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    v < 1 || v > most)
		return (-1);
	*n = (uint32_t)v;
	return (0);
}

/* Read a day, which begins as in China, a second of UTC, or "never". */
static int
read_expires(const char *text, int64_t *t)
{
	char whole[KEYFILE_CREATED_LEN + 1];

	if (strcmp(text, "never") == 0) {
		*t = KEYMAKE_NEVER;
		return (0);
	}
	if (strlen(text) != 10)
		return (keyfile_time_parse(t, text, strlen(text)));
	(void)snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	if (keyfile_time_parse(t, whole, strlen(whole)) != 0)
		return (-1);
	*t -= INT64_C(8) * 3600;
	return (0);
}

/* Take the value of one option. */
static int
take(struct keysctl_options *o, unsigned bit, const char *value)
{

	switch (bit) {
	case KEYSCTL_JSON:
		o->json = 1;
		break;
	case KEYSCTL_OUT:
		if (value[0] == '\0')
			return (keysctl_usage("--out needs the name of a file",
			    NULL));
		o->out = value;
		break;
	case KEYSCTL_NAME:
		o->name = value;
		break;
	case KEYSCTL_ALGORITHM:
		o->algorithm = keyfile_algorithm_find(value, strlen(value));
		if (o->algorithm == 0)
			return (keysctl_usage("unknown algorithm; known: "
			    "hmac-sha256, hmac-sm3, ed25519, sm2-sm3, "
			    "ecdh-p256", value));
		break;
	case KEYSCTL_EPOCH:
		if (read_number(value, KEYFILE_EPOCH_MAX, &o->epoch) != 0)
			return (keysctl_usage("--epoch needs a number from 1 "
			    "to 65535, not", value));
		break;
	case KEYSCTL_EXPIRES:
		if (read_expires(value, &o->expires) != 0)
			return (keysctl_usage("--expires needs \"never\", a "
			    "day such as 2028-01-01 or a time such as "
			    "2027-12-31T16:00:00Z, not", value));
		break;
	case KEYSCTL_KEY:
		if (o->nkeys == KEYSCTL_KEYS_MAX)
			return (keysctl_usage("more than 32 times --key",
			    NULL));
		o->key[o->nkeys++] = value;
		break;
	case KEYSCTL_NEED:
		if (read_number(value, KEYSCTL_KEYS_MAX, &o->need) != 0)
			return (keysctl_usage("--need needs a number from 1 "
			    "to 32, not", value));
		break;
	default:
		break;
	}
	return (0);
}

/* Find the row of a letter. */
static size_t
row(int letter)
{
	size_t i = 0;

	while (i < sizeof(bits) / sizeof(bits[0]) && bits[i].letter != letter)
		i++;
	return (i);
}

/* Read the options of a command. */
int
keysctl_options(struct keysctl_options *o, int argc, char **argv,
    unsigned allowed)
{
	char letter[3] = "-", what[96];
	size_t i;
	int c, rc;

	memset(o, 0, sizeof(*o));
	o->epoch = 1;
	o->expires = KEYMAKE_NEVER;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", all, NULL)) != -1) {
		if (c == 'h') {
			o->help = 1;
			return (0);
		}
		if (c == ':')
			return (keysctl_usage("this option needs a value",
			    argv[optind - 1]));
		if (c == '?') {
			letter[1] = (char)optopt;
			return (keysctl_usage("unknown option", optopt != 0 ?
			    letter : argv[optind - 1]));
		}
		i = row(c);
		if ((allowed & bits[i].bit) == 0) {
			(void)snprintf(what, sizeof(what),
			    "%s take this option", bits[i].elsewhere);
			return (keysctl_usage(what, bits[i].word));
		}
		o->given |= bits[i].bit;
		rc = take(o, bits[i].bit, optarg);
		if (rc != 0)
			return (rc);
	}
	return (0);
}
