#ifndef TESTS_AUDIT_HTTPD_H_
#define TESTS_AUDIT_HTTPD_H_

/*
 * A web server of one thread on the loopback, for tests: good, or bad in one way.
 */

enum httpd_mode {
	HTTPD_FILES,		/* files below the directory, 404 for others */
	HTTPD_SHORT,		/* fewer bytes than it promised */
	HTTPD_HANG,		/* never answers */
	HTTPD_BROKEN,		/* 500 */
	HTTPD_FORBIDDEN,	/* 403 */
	HTTPD_AWAY_FILE,	/* redirects to file:// */
	HTTPD_AWAY_HTTPS,	/* redirects to https:// */
	HTTPD_AROUND,		/* redirects to itself, for ever */
	HTTPD_ENDLESS		/* does not stop sending */
};

struct httpd;

/**
 * httpd_start(dir): Serve the files below dir.  Return the server; whatever goes wrong
 * ends the program.  httpd_stop(h): End it and free h.
 * httpd_mode(h, mode, part): Serve requests whose path contains `part` in this mode,
 * and all others as files.
 * httpd_address(h): "http://127.0.0.1:PORT".
 */
struct httpd *httpd_start(const char *dir);
void httpd_stop(struct httpd *h);
void httpd_mode(struct httpd *h, enum httpd_mode mode, const char *part);
const char *httpd_address(const struct httpd *h);

#endif /* !TESTS_AUDIT_HTTPD_H_ */
