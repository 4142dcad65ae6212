/*
 * A receiver of alerts, as somebody else would write it: checks the signature of every
 * webhook by OpenSSL alone, drops what it has already, and prints the rest.
 *
 *	demo-receiver --secret FILE --port-file FILE [--count N]
 *
 * It listens on a free port of the loopback, writes the port into a file, and ends after
 * N alerts (default: never) or with SIGTERM.  Exit code 0, or 1 when a signature was
 * wrong.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROOM (1u << 20)
#define IDS_MAX 65536
#define SKEW_S 300
#define QUIET_S 10	/* a sender that says nothing so long is hung up on */

static char secret[1024];
static size_t secret_len;
static char (*ids)[33];
static size_t nids;
static int wrong;

/* Give up. */
static void __attribute__((noreturn))
die(const char *what)
{

	(void)fprintf(stderr, "demo-receiver: %s: %s\n", what,
	    strerror(errno));
	exit(2);
}

/* Read the secret, without its line end. */
static void
read_secret(const char *path)
{
	FILE *f = fopen(path, "re");

	if (f == NULL || fgets(secret, sizeof(secret), f) == NULL)
		die(path);
	(void)fclose(f);
	secret_len = strcspn(secret, "\r\n");
	secret[secret_len] = '\0';
}

/* Listen; write the port down. */
static int
listen_at(const char *port_file)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	char part[4096];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *f;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    listen(fd, 8) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		die("listen");
	(void)snprintf(part, sizeof(part), "%s.part", port_file);
	if ((f = fopen(part, "we")) == NULL ||
	    fprintf(f, "%d\n", ntohs(a.sin_port)) < 0 || fclose(f) != 0 ||
	    rename(part, port_file) != 0)
		die(port_file);
	return (fd);
}

/* A header's value, or NULL; ends at the line's end. */
static const char *
header(const char *head, const char *name, char out[256])
{
	const char *p = strcasestr(head, name);

	if (p == NULL)
		return (NULL);
	p += strlen(name);
	p += strspn(p, " ");
	(void)snprintf(out, 256, "%.*s", (int)strcspn(p, "\r\n"), p);
	return (out);
}

/* Is the request signed with our secret, and now? */
static int
genuine(const char *head, const char *body, size_t len)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char stamp[256], sign[256], want[80] = "sha256=", *text;
	unsigned n = 0, i;
	long long age;
	size_t k;

	if (header(head, "\r\nLiangka-Timestamp:", stamp) == NULL ||
	    header(head, "\r\nLiangka-Signature:", sign) == NULL)
		return (0);
	age = (long long)time(NULL) - strtoll(stamp, NULL, 10);
	if (age > SKEW_S || age < -SKEW_S)
		return (0);
	k = strlen(stamp) + 1;
	if ((text = malloc(k + len)) == NULL)
		die("malloc");
	memcpy(text, stamp, k - 1);
	text[k - 1] = '.';
	memcpy(text + k, body, len);
	(void)HMAC(EVP_sha256(), secret, (int)secret_len,
	    (unsigned char *)text, k + len, mac, &n);
	free(text);
	for (i = 0; i < n; i++)
		(void)snprintf(&want[7 + 2 * i], 3, "%02x", mac[i]);
	return (strlen(sign) == strlen(want) &&
	    CRYPTO_memcmp(sign, want, strlen(want)) == 0);
}

/* Was this alert here before?  Remember it. */
static int
known(const char *id)
{
	size_t i;

	for (i = 0; i < nids; i++)
		if (strncmp(ids[i], id, 32) == 0)
			return (1);
	if (nids < IDS_MAX)
		(void)snprintf(ids[nids++], 33, "%.32s", id);
	return (0);
}

/* Print a JSON string's text, indented. */
static void
print_text(const char *p)
{

	(void)fputs("    ", stdout);
	for (; *p != '\0' && *p != '"'; p++) {
		if (*p != '\\') {
			(void)putchar(*p);
			continue;
		}
		if (*++p == 'n' && p[1] != '"')
			(void)fputs("\n    ", stdout);
		else if (*p == '"' || *p == '\\')
			(void)putchar(*p);
	}
	(void)fputs("\n", stdout);
}

/* Print the alerts of a message; how many were new. */
static long
show(const char *body)
{
	const char *p, *text;
	long n = 0;

	for (p = body; (p = strstr(p, "{\"id\":\"")) != NULL; p += 7) {
		if (known(p + 7)) {
			(void)printf("  %.32s: here before, dropped\n", p + 7);
			continue;
		}
		n++;
		(void)printf("  %.32s: signature good\n", p + 7);
		if ((text = strstr(p, "\"text_zh\":\"")) != NULL)
			print_text(text + 11);
	}
	(void)fflush(stdout);
	return (n);
}

/* One request; how many new alerts it brought. */
static long
serve(int fd, char *buf)
{
	static const char yes[] = "HTTP/1.1 204 Ok\r\nConnection: close\r\n\r\n";
	static const char no[] = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n"
	    "Connection: close\r\n\r\n";
	size_t len = 0, want = 0;
	char *body = NULL, length[256];
	long new = 0;
	ssize_t n;

	for (;;) {
		if (len + 1 == ROOM || (n = recv(fd, buf + len, ROOM - 1 - len,
		    0)) <= 0)
			return (0);
		len += (size_t)n;
		buf[len] = '\0';
		if (body == NULL && (body = strstr(buf, "\r\n\r\n")) != NULL) {
			body[2] = '\0';
			body += 4;
			want = header(buf, "\r\nContent-Length:", length) !=
			    NULL ? strtoul(length, NULL, 10) : 0;
		}
		if (body != NULL && len - (size_t)(body - buf) >= want)
			break;
	}
	if (genuine(buf, body, want)) {
		new = show(body);
		(void)send(fd, yes, sizeof(yes) - 1, MSG_NOSIGNAL);
	} else {
		wrong = 1;
		(void)printf("  a request without a good signature: refused\n");
		(void)fflush(stdout);
		(void)send(fd, no, sizeof(no) - 1, MSG_NOSIGNAL);
	}
	return (new);
}

/* The receiver. */
int
main(int argc, char **argv)
{
	const struct timeval quiet = { .tv_sec = QUIET_S };
	const char *secret_file = NULL, *port_file = NULL;
	long count = -1, got = 0;
	int i, listener, fd;
	char *buf;

	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--secret") == 0)
			secret_file = argv[i + 1];
		else if (strcmp(argv[i], "--port-file") == 0)
			port_file = argv[i + 1];
		else if (strcmp(argv[i], "--count") == 0)
			count = strtol(argv[i + 1], NULL, 10);
	}
	if (secret_file == NULL || port_file == NULL) {
		(void)fprintf(stderr, "usage: demo-receiver --secret FILE "
		    "--port-file FILE [--count N]\n");
		return (64);
	}
	read_secret(secret_file);
	if ((buf = malloc(ROOM)) == NULL || (ids = calloc(IDS_MAX,
	    sizeof(*ids))) == NULL)
		die("malloc");
	listener = listen_at(port_file);
	while (count < 0 || got < count) {
		if ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) == -1)
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &quiet,
		    sizeof(quiet));
		got += serve(fd, buf);
		(void)close(fd);
	}
	free(buf);
	free(ids);
	return (wrong);
}
