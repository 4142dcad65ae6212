#include <sys/stat.h>

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"
#include "plugin/settings.h"
#include "plugin/wire.h"

/* plugin.conf, and who may have written it. */

static char dir[64], path[96], why[2048];
static struct settings s;

/* Make a place for the file. */
static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/lkXXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/conf", dir);
	unsetenv("LIANGKA_CONF");
}

/* Remove it. */
static void
teardown(void)
{

	unlink(path);
	rmdir(dir);
}

TestSuite(settings, .init = setup, .fini = teardown);

/* Write the file and read it. */
static int
read_as(const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
	return (settings_read(&s, path, why, sizeof(why)));
}

Test(settings, defaults)
{

	cr_assert_eq(read_as("socket = \"/run/x\"\n"), 0, "%s", why);
	cr_assert_str_eq(s.socket, "/run/x");
	cr_assert_eq(s.timeout_ms, 3000);
	cr_assert_eq(s.connections, 4);
	cr_assert_eq(s.on_unavailable, LK_REVIEW);
	cr_assert_eq(s.language, LK_LANG_ZH);
	cr_assert_eq(s.encoding, WIRE_UTF8);
	cr_assert_geq(s.uids, 1);
	cr_assert_eq(s.uid[0], 0);
}

Test(settings, everything)
{

	cr_assert_eq(read_as("[plugin]\nsocket = \"/run/x\"\n"
	    "timeout = 250ms\nconnections = 64\non_unavailable = reject\n"
	    "language = en\nencoding = gb18030\ninstitution = ICBC\n"
	    "branch = \"网点1\"\nteller = T1\nterminal = W1\n"
	    "server_uid = \"1234\"\n"), 0, "%s", why);
	cr_assert_eq(s.timeout_ms, 250);
	cr_assert_eq(s.connections, 64);
	cr_assert_eq(s.on_unavailable, LK_REJECT);
	cr_assert_eq(s.language, LK_LANG_EN);
	cr_assert_eq(s.encoding, WIRE_GB18030);
	cr_assert_str_eq(s.branch, "网点1");
	cr_assert_eq(s.uids, 1);
	cr_assert_eq(s.uid[0], 1234);
}

Test(settings, mistakes_name_their_place)
{

	cr_assert_eq(read_as("socket = \"/x\"\nsoket = \"/y\"\n"),
	    LK_E_CONFIG);
	cr_assert_not_null(strstr(why, ":2:1: error"));
	cr_assert_eq(read_as("socket = \"/x\"\nconnections = 65\n"),
	    LK_E_CONFIG);
	cr_assert_not_null(strstr(why, ":2:"));
	cr_assert_eq(read_as("socket = \"/x\"\ntimeout = 0ms\n"), LK_E_CONFIG);
	cr_assert_eq(read_as("socket = \"/x\"\non_unavailable = pass\n"),
	    LK_E_CONFIG);
	cr_assert_eq(read_as("timeout = 3s\n"), LK_E_CONFIG);
	cr_assert_not_null(strstr(why, "socket is missing"));
	cr_assert_eq(read_as("socket = \"relative\"\n"), LK_E_CONFIG);
	cr_assert_eq(read_as("socket = \"/x\"\nserver_uid = no-such-user\n"),
	    LK_E_CONFIG);
	cr_assert_eq(read_as("socket = \"/x\"\nserver_uid = 99999999999\n"),
	    LK_E_CONFIG);
}

Test(settings, who_may_have_written_it)
{

	cr_assert_eq(read_as("socket = \"/x\"\n"), 0);
	cr_assert_eq(chmod(path, 0646), 0);
	cr_assert_eq(settings_read(&s, path, why, sizeof(why)), LK_E_CONFIG);
	cr_assert_not_null(strstr(why, "chmod"));
	cr_assert_eq(chmod(path, 0644), 0);
	if (geteuid() == 0) {
		cr_assert_eq(chown(path, 4711, 0), 0);
		cr_assert_eq(settings_read(&s, path, why, sizeof(why)),
		    LK_E_CONFIG);
		cr_assert_not_null(strstr(why, "root"));
	}
	cr_assert_eq(settings_read(&s, dir, why, sizeof(why)), LK_E_CONFIG);
	unlink(path);
	cr_assert_eq(settings_read(&s, path, why, sizeof(why)), LK_E_CONFIG);
	cr_assert_not_null(strstr(why, "does not exist"));
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_assert_eq(settings_read(&s, path, why, sizeof(why)), LK_E_CONFIG);
}

Test(settings, environment)
{

	cr_assert_eq(read_as("socket = \"/from-env\"\n"), 0);
	setenv("LIANGKA_CONF", path, 1);
	memset(&s, 0, sizeof(s));
	cr_assert_eq(settings_read(&s, NULL, why, sizeof(why)), 0);
	cr_assert_str_eq(s.socket, "/from-env");
	memset(&s, 0, sizeof(s));
	cr_assert_eq(settings_read(&s, "", why, sizeof(why)), 0);
	cr_assert_str_eq(s.socket, "/from-env");
}

Test(settings, a_short_buffer_is_never_overrun)
{
	char tiny[24];

	memset(tiny, 'x', sizeof(tiny));
	cr_assert_eq(settings_read(&s, "/none/such", tiny, 16), LK_E_CONFIG);
	cr_assert_not_null(memchr(tiny, '\0', 16));
	cr_assert_eq(tiny[16], 'x');
	cr_assert_eq(read_as("a = 1\nb = 2\nc = 3\n"), LK_E_CONFIG);
	memset(tiny, 'x', sizeof(tiny));
	cr_assert_eq(settings_read(&s, path, tiny, 16), LK_E_CONFIG);
	cr_assert_not_null(memchr(tiny, '\0', 16));
	cr_assert_eq(tiny[16], 'x');
}

Test(settings, users_without_the_name_services)
{
	FILE *f = fopen(path, "w");
	uint32_t uid = 1;
	int i;

	fputs("root:x:0:0:root:/root:/bin/sh\n", f);
	fputs("liang:x:7:7::/:/bin/sh\n", f);
	for (i = 0; i < 3000; i++)
		fputc('z', f);
	fputs(":x:9:9::/:\nbroken\nbroken2:x\n\nliangka:x:991:991::/:/f", f);
	fclose(f);
	cr_assert_eq(settings_user(path, "root", &uid), 0);
	cr_assert_eq(uid, 0);
	cr_assert_eq(settings_user(path, "liangka", &uid), 0);
	cr_assert_eq(uid, 991);
	cr_assert_eq(settings_user(path, "lian", &uid), -1);
	cr_assert_eq(settings_user(path, "broken", &uid), -1);
	cr_assert_eq(settings_user(path, "broken2", &uid), -1);
	cr_assert_eq(settings_user("/none/such", "root", &uid), -1);
}
