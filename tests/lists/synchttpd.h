#ifndef TESTS_LISTS_SYNCHTTPD_H_
#define TESTS_LISTS_SYNCHTTPD_H_

/*
 * A web server of one thread on the loopback, for tests of those who fetch parts of
 * files: good, or bad in one way.  It knows GET with ranges and ETags, and PUT.
 */

#include <stddef.h>

enum synchttpd_mode {
	SYNCHTTPD_FILES,	/* files below the directory, 404 for others */
	SYNCHTTPD_CUT,		/* hangs up after n bytes of the body */
	SYNCHTTPD_NO_RANGE,	/* sends all of it, whatever part is asked for */
	SYNCHTTPD_ODD_RANGE,	/* 206 with a part that begins elsewhere */
	SYNCHTTPD_NO_PART,	/* 416 for any part */
	SYNCHTTPD_SHORT,	/* n bytes less, and says so in its length */
	SYNCHTTPD_GARBLED,	/* the last byte is another */
	SYNCHTTPD_LONGER,	/* n bytes more */
	SYNCHTTPD_ENDLESS,	/* does not stop sending */
	SYNCHTTPD_HANG,		/* never answers */
	SYNCHTTPD_SLOW,		/* stops in the middle and hangs */
	SYNCHTTPD_BROKEN,	/* 500 */
	SYNCHTTPD_FORBIDDEN,	/* 403 */
	SYNCHTTPD_ABSENT,	/* 404 */
	SYNCHTTPD_AWAY_FILE,	/* redirects to file:// */
	SYNCHTTPD_AWAY_HTTPS,	/* redirects to https:// */
	SYNCHTTPD_AROUND	/* redirects to itself, for ever */
};

struct synchttpd;

/**
 * synchttpd_start(dir): Serve the files below dir.  Return the server; whatever goes
 * wrong ends the program.  synchttpd_stop(h): End it and free h.
 * synchttpd_mode(h, mode, part, n): Serve requests whose path contains `part` in this
 * mode, and all others as files.
 * synchttpd_address(h): "http://127.0.0.1:PORT".
 */
struct synchttpd *synchttpd_start(const char *dir);
void synchttpd_stop(struct synchttpd *h);
void synchttpd_mode(struct synchttpd *h, enum synchttpd_mode mode,
    const char *part, size_t n);
const char *synchttpd_address(const struct synchttpd *h);

/**
 * synchttpd_asked(h, part): How many requests had `part` in "METHOD PATH bytes=N-",
 * since the last synchttpd_forget(h).
 * synchttpd_same(h): How many of them were answered by 304.
 */
size_t synchttpd_asked(struct synchttpd *h, const char *part);
size_t synchttpd_same(struct synchttpd *h);
void synchttpd_forget(struct synchttpd *h);

#endif /* !TESTS_LISTS_SYNCHTTPD_H_ */
