/*
 * A client for the TUF conformance suite (theupdateframework/tuf-conformance, its
 * CLIENT-CLI.md) around the library that the daemon and "liangka sync" use:
 *
 *	tuf-client --metadata-dir DIR init ROOT
 *	tuf-client --metadata-dir DIR --metadata-url URL refresh
 *	tuf-client --metadata-dir DIR --metadata-url URL --target-name PATH ...
 *	    --target-base-url URL --target-dir DIR download
 *
 * Beside the suite's options there is --now SECONDS (UTC), for a test that has no
 * faketime.  Exit code 0 or 1.  What is asked for is said on standard error.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "lists/tufclient.h"
#include "store/disk.h"

#include "tufecdsa.h"

#define NAMES_MAX	64
#define ROOT_MAX	((size_t)16 << 20)	/* of a file to begin with */

struct options {
	const char *metadata_dir, *metadata_url;
	const char *target_url, *target_dir;
	const char *name[NAMES_MAX];
	size_t names;
	int64_t now;
	const char *command, *root;
};

/* A reply on its way. */
struct reply {
	char *p;
	size_t len, max;
};

/* Take bytes, up to the most that was asked for. */
static size_t
take(char *p, size_t size, size_t n, void *arg)
{
	struct reply *r = arg;
	char *q;

	n *= size;
	if (n > r->max - r->len || (q = realloc(r->p, r->len + n + 1)) == NULL)
		return (0);
	memcpy(q + r->len, p, n);
	r->p = q;
	r->len += n;
	return (n);
}

/* Set up a request. */
static CURL *
request(const char *url, struct reply *r)
{
	CURL *c = curl_easy_init();

	if (c == NULL)
		return (NULL);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https,file");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
	return (c);
}

/* Fetch a URL: 0; 1 there is none such; -1 with a sentence in err. */
static int
fetch(const char *url, size_t max, void **data, size_t *len, char *err)
{
	struct reply r = { .max = max };
	CURL *c = request(url, &r);
	CURLcode rc;
	long status = 0;

	if (c == NULL)
		return (-1);
	rc = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	fprintf(stderr, "GET %s: %ld, %zu bytes\n", url, status, r.len);
	if (rc == CURLE_OK && (status == 200 || status == 0)) {
		*data = r.p != NULL ? r.p : calloc(1, 1);
		*len = r.len;
		return (0);
	}
	free(r.p);
	if (rc == CURLE_FILE_COULDNT_READ_FILE ||
	    (rc == CURLE_OK && (status == 403 || status == 404)))
		return (1);
	snprintf(err, TUF_ERROR_MAX, "%s (status %ld)", rc == CURLE_WRITE_ERROR ?
	    "longer than allowed" : curl_easy_strerror(rc), status);
	return (-1);
}

/* Join base and path; quote everything that is not plain, and `slash` too if asked. */
static char *
join(const char *base, const char *path, int slash)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	size_t n = strlen(base);
	char *out = malloc(n + 3 * strlen(path) + 2), *p = out;

	if (out == NULL)
		return (NULL);
	p += sprintf(p, "%s%s", base, n > 0 && base[n - 1] == '/' ? "" : "/");
	for (; *path != '\0'; path++)
		if (strchr(plain, *path) != NULL || (*path == '/' && !slash))
			*p++ = *path;
		else
			p += sprintf(p, "%%%02X", (unsigned char)*path);
	*p = '\0';
	return (out);
}

/* Metadata, for the library. */
static int
get_metadata(void *arg, const char *path, size_t max, void **data, size_t *len,
    char *err)
{
	const struct options *o = arg;
	char *url = join(o->metadata_url, path, 0);
	int rc;

	if (url == NULL)
		return (-1);
	rc = fetch(url, max, data, len, err);
	free(url);
	return (rc);
}

/* Read a file of at most max bytes, for free(). */
static void *
read_file(const char *path, size_t max, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *p = f != NULL ? malloc(max + 1) : NULL;

	if (p != NULL) {
		*len = fread(p, 1, max + 1, f);
		if (*len > max || ferror(f)) {
			free(p);
			p = NULL;
		}
	}
	if (f != NULL)
		fclose(f);
	return (p);
}

/* The file to begin with is believed as it is. */
static int
do_init(const struct options *o)
{
	size_t len;
	void *p = read_file(o->root, ROOT_MAX, &len);
	int rc;

	if (p == NULL) {
		perror(o->root);
		return (1);
	}
	rc = disk_replace(&disk_real, o->metadata_dir, "root.json", p, len);
	if (rc != 0)
		perror(o->metadata_dir);
	free(p);
	return (rc != 0);
}

/* Open what is trusted and bring it up to date. */
static struct tufclient *
refresh(struct options *o)
{
	const struct tuf_options tuf = { .other_key = tufecdsa_check };
	const struct tufclient_source source = { get_metadata, o };
	struct tufclient *c;
	struct tuf_error err;

	c = tufclient_open(o->metadata_dir, &disk_real, &tuf, &err);
	if (c != NULL && tufclient_refresh(c, &source, o->now, &err) == 0)
		return (c);
	fprintf(stderr, "%s\n", err.text);
	tufclient_close(c);
	return (NULL);
}

/* Fetch a target and verify it.  The result is for free(). */
static void *
fetch_target(const struct options *o, struct tufclient *c,
    const struct tuf_target *g, size_t *len)
{
	char path[TUF_NAME_MAX + 160], err[TUF_ERROR_MAX] = "", *url = NULL;
	void *data = NULL;
	int rc = -1;

	if (tufclient_target_path(c, g, path, sizeof(path)) != 0)
		snprintf(err, sizeof(err), "no digest of a known kind");
	else if ((url = join(o->target_url, path, 0)) != NULL)
		rc = fetch(url, g->length, &data, len, err);
	free(url);
	if (rc == 0 && tuf_target_good(g, data, *len) == 0)
		return (data);
	free(data);
	fprintf(stderr, "%s: %s\n", g->name, rc == 0 ? "is not the file that "
	    "was signed" : rc == 1 ? "is not there" : err);
	return (NULL);
}

/* Download one target, unless the very file is here already. */
static int
download(const struct options *o, struct tufclient *c, const char *name)
{
	char *path = join(o->target_dir, name, 1);
	struct tuf_target g;
	void *data = NULL;
	size_t len;
	int rc = 1;

	if (path == NULL || tuf_target_find(tufclient_tuf(c), name, &g) != 0) {
		fprintf(stderr, "%s: there is no such target\n", name);
		goto out;
	}
	data = read_file(path, (size_t)g.length, &len);
	if (data != NULL && tuf_target_good(&g, data, len) == 0) {
		rc = 0;
		goto out;
	}
	free(data);
	if ((data = fetch_target(o, c, &g, &len)) == NULL)
		goto out;
	rc = disk_replace(&disk_real, o->target_dir, strrchr(path, '/') + 1,
	    data, len) != 0;
	if (rc != 0)
		perror(path);
out:
	free(data);
	free(path);
	return (rc);
}

/* All targets, in order; the first that fails ends it. */
static int
do_download(struct options *o)
{
	struct tufclient *c = refresh(o);
	int rc = 0;

	if (c == NULL)
		return (1);
	for (size_t i = 0; rc == 0 && i < o->names; i++)
		rc = download(o, c, o->name[i]);
	tufclient_close(c);
	return (rc);
}

/* One option with its value. */
static int
option(struct options *o, const char *name, const char *value)
{

	if (strcmp(name, "--metadata-dir") == 0)
		o->metadata_dir = value;
	else if (strcmp(name, "--metadata-url") == 0)
		o->metadata_url = value;
	else if (strcmp(name, "--target-base-url") == 0)
		o->target_url = value;
	else if (strcmp(name, "--target-dir") == 0)
		o->target_dir = value;
	else if (strcmp(name, "--now") == 0)
		o->now = strtoll(value, NULL, 10);
	else if (strcmp(name, "--target-name") == 0 && o->names < NAMES_MAX)
		o->name[o->names++] = value;
	else
		return (-1);
	return (0);
}

/* Options may stand before or behind the command. */
static int
parse(struct options *o, int argc, char **argv)
{

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			if (i + 1 == argc || option(o, argv[i],
			    argv[i + 1]) != 0)
				return (-1);
			i++;
		} else if (o->command == NULL) {
			o->command = argv[i];
		} else if (o->root == NULL) {
			o->root = argv[i];
		} else {
			return (-1);
		}
	}
	return (o->command != NULL && o->metadata_dir != NULL ? 0 : -1);
}

int
main(int argc, char **argv)
{
	struct options o = { .now = (int64_t)time(NULL) };
	int rc = 2;

	if (parse(&o, argc, argv) != 0)
		goto usage;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (strcmp(o.command, "init") == 0 && o.root != NULL)
		rc = do_init(&o);
	else if (strcmp(o.command, "refresh") == 0 && o.metadata_url != NULL) {
		struct tufclient *c = refresh(&o);

		rc = c == NULL;
		tufclient_close(c);
	} else if (strcmp(o.command, "download") == 0 &&
	    o.metadata_url != NULL && o.target_url != NULL &&
	    o.target_dir != NULL && o.names > 0)
		rc = do_download(&o);
	curl_global_cleanup();
	if (rc != 2)
		return (rc);
usage:
	fprintf(stderr, "usage: tuf-client --metadata-dir DIR [--metadata-url "
	    "URL] [--target-name PATH ... --target-base-url URL --target-dir "
	    "DIR] [--now SECONDS] init ROOT | refresh | download\n");
	return (1);
}
