#include <sys/stat.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "datadir.h"

/* File systems by their number in statfs(2). */
static const struct {
	uint32_t type;
	int local;		/* 0: refused, 1: warned about */
	const char *name;
} systems[] = {
	{ 0x6969, 0, "NFS" },
	{ 0x517b, 0, "SMB" },
	{ 0xff534d42, 0, "CIFS" },
	{ 0xfe534d42, 0, "SMB2" },
	{ 0x5346414f, 0, "AFS" },
	{ 0x6b414653, 0, "AFS" },
	{ 0x00c36400, 0, "Ceph" },
	{ 0x01021997, 0, "9P" },
	{ 0x0bd00bd0, 0, "Lustre" },
	{ 0x47504653, 0, "GPFS" },
	{ 0x73757245, 0, "Coda" },
	{ 0x564c, 0, "NCP" },
	{ 0x7461636f, 0, "OCFS2" },
	{ 0x01161970, 0, "GFS2" },
	{ 0x01021994, 1, "tmpfs: everything is lost when the machine stops" },
	{ 0x858458f6, 1, "ramfs: everything is lost when the machine stops" },
	{ 0x794c7630, 1, "overlayfs: give it a volume of its own" },
	{ 0x65735546, 1, "FUSE: see that it honours fdatasync" },
};

/* Sync the directory that holds path. */
static int
sync_parent(const char *path)
{
	char parent[4096];
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	int fd, rc;

	if (n >= sizeof(parent)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	if (slash == NULL)
		memcpy(parent, ".", 2);
	else if (n == 0)
		memcpy(parent, "/", 2);
	else {
		memcpy(parent, path, n);
		parent[n] = '\0';
	}
	if ((fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	rc = fsync(fd);
	(void)close(fd);
	return (rc);
}

/* Make a directory durably; one that is there is good. */
static int
make(const char *path, char *err, size_t errlen)
{

	if (mkdir(path, 0700) != 0) {
		if (errno == EEXIST)
			return (0);
		(void)snprintf(err, errlen, "%s: cannot make the directory: "
		    "%s", path, strerror(errno));
		return (-1);
	}
	if (sync_parent(path) != 0) {
		(void)snprintf(err, errlen, "%s: cannot sync the directory "
		    "above: %s", path, strerror(errno));
		return (-1);
	}
	return (0);
}

/* Judge owner and mode. */
static int
check_owner(const char *path, int fd, char *err, size_t errlen)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		(void)snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return (-1);
	}
	if (st.st_uid != geteuid()) {
		(void)snprintf(err, errlen, "%s: belongs to uid %u, but "
		    "liangkad runs as uid %u: chown it", path,
		    (unsigned)st.st_uid, (unsigned)geteuid());
		return (-1);
	}
	if ((st.st_mode & 077) != 0) {
		(void)snprintf(err, errlen, "%s: others may look into it (mode "
		    "%04o): chmod 0700 it", path,
		    (unsigned)(st.st_mode & 07777));
		return (-1);
	}
	return (0);
}

/* Judge the file system. */
static int
check_system(const char *path, int fd, char *warning, size_t warnlen,
    char *err, size_t errlen)
{
	struct statfs fs;
	size_t i;

	if (fstatfs(fd, &fs) != 0) {
		(void)snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return (-1);
	}
	for (i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		if (systems[i].type != (uint32_t)fs.f_type)
			continue;
		if (!systems[i].local) {
			(void)snprintf(err, errlen, "%s: lies on a network "
			    "file system (%s), where neither locks nor syncs "
			    "can be relied on: use a local disk", path,
			    systems[i].name);
			return (-1);
		}
		(void)snprintf(warning, warnlen, "%s: lies on %s", path,
		    systems[i].name);
	}
	return (0);
}

/* See that the data directory is fit. */
int
datadir_open(const char *path, int create, char *warning, size_t warnlen,
    char *err, size_t errlen)
{
	int fd, rc;

	warning[0] = '\0';
	if (create && make(path, err, errlen) != 0)
		return (-1);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1) {
		(void)snprintf(err, errlen, "%s: %s", path, errno == ELOOP ||
		    errno == ENOTDIR ? "is no directory (nor may it be a "
		    "symbolic link)" : strerror(errno));
		return (-1);
	}
	rc = check_owner(path, fd, err, errlen);
	if (rc == 0)
		rc = check_system(path, fd, warning, warnlen, err, errlen);
	(void)close(fd);
	return (rc);
}

/* Make a directory inside. */
int
datadir_sub(const char *path, const char *name, char *err, size_t errlen)
{
	char sub[4096];

	if (snprintf(sub, sizeof(sub), "%s/%s", path, name) >=
	    (int)sizeof(sub)) {
		(void)snprintf(err, errlen, "%s: path too long", path);
		return (-1);
	}
	return (make(sub, err, errlen));
}
