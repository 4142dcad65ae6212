#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "keysctl.h"

/* Explain a wrong command line. */
int
keysctl_usage(const char *what, const char *which)
{

	(void)fprintf(stderr, "liangka-keys: %s%s%s\n"
	    "Try \"liangka-keys --help\".\n", what, which == NULL ? "" : ": ",
	    which == NULL ? "" : which);
	return (EX_USAGE);
}

/* Report a fault and give its exit code; creating is whether a file was made. */
int
keysctl_report(const struct keyfile_error *err, int creating)
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

/* Read the clock. */
int64_t
keysctl_now(void)
{

	return ((int64_t)time(NULL));
}
