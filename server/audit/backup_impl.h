#ifndef LIANGKA_BACKUP_IMPL_H_
#define LIANGKA_BACKUP_IMPL_H_

/* What the files backup*.c share. */

#include "keys/sha256.h"

#include "backup.h"

#define BACKUP_PATH	4096
#define BACKUP_NAME	200	/* bytes of a path below the copy, with its NUL */

/* A file of the copy. */
struct backup_file {
	char name[BACKUP_NAME];
	uint64_t bytes;
	uint8_t sha[SHA256_LEN];
};

struct backup {
	const struct backup_options *o;
	const struct disk *disk;
	char name[BACKUP_PATH];		/* o->to without slashes at its end */
	char to[BACKUP_PATH];		/* what is written: <name>.part */
	int made;			/* it is ours to remove */
	struct backup_file *file;
	size_t n, cap;
	char (*dir)[BACKUP_NAME];	/* directories made below, parents first */
	size_t ndirs, dircap;
	uint8_t *buf;			/* TILES_FILE_MAX */
	struct backup_info *info;
	enum backup_fault *fault;
	char *err;
};

/**
 * backup_fail(b, fault, format, ...): Keep a fault and its sentence; return -1.
 * backup_fail_errno(b, what, path): The same from errno: "path: what: ...".
 */
int backup_fail(struct backup *b, enum backup_fault fault, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
int backup_fail_errno(struct backup *b, const char *what, const char *path);

/**
 * backup_begin(b): Make the directory b->to.  backup_dir(b, name): Make a directory
 * below it; its parent must be there, and one that is there already is good.
 * backup_put(b, name, p, len): Write a file.  backup_copy(b, from, name): Copy one.
 * backup_note(b, name): Take up a file that somebody else has written below b->to.
 * All return 0 or -1, and keep what the file is for the manifest.
 */
int backup_begin(struct backup *b);
int backup_dir(struct backup *b, const char *name);
int backup_put(struct backup *b, const char *name, const void *p, size_t len);
int backup_copy(struct backup *b, const char *from, const char *name);
int backup_note(struct backup *b, const char *name);

/**
 * backup_hash(b, path, bytes, sha): Read a file and say what it is.  Return 0 or -1.
 */
int backup_hash(struct backup *b, const char *path, uint64_t *bytes,
    uint8_t sha[SHA256_LEN]);

/**
 * backup_end(b): Sync every file and directory and rename b->to to b->name.
 * backup_abandon(b): Remove b->to.
 */
int backup_end(struct backup *b);
void backup_abandon(struct backup *b);

/**
 * backup_heads(b, h): Read the heads of all logs.  backup_heads_free(h).
 * backup_log(b, h): Copy what they name, and the policies.
 */
struct backup_head {
	char name[32];
	uint64_t base, size;
	char *note, *cosigned;		/* NULL: none */
	size_t note_len, cosigned_len;
};
struct backup_heads {
	struct backup_head *v;
	size_t n;
	uint64_t end;			/* seq behind the newest */
};
int backup_heads(struct backup *b, struct backup_heads *h);
void backup_heads_free(struct backup_heads *h);
int backup_log(struct backup *b, const struct backup_heads *h);

/**
 * backup_tail(b, end): Copy what wal/ holds from the seq `end` on.  Return 0, -1, or 1
 * when the daemon has moved on and the heads have to be read anew.
 */
int backup_tail(struct backup *b, uint64_t end);

/**
 * backup_rest(b): Copy sealed/, lists/ and witness/.
 */
int backup_rest(struct backup *b);

/**
 * backup_manifest_write(b): Write the manifest of what was copied.
 * backup_manifest_read(b, dir): Read one into b.
 * backup_look(b, dir): Is everything in dir as b says it is?
 */
int backup_manifest_write(struct backup *b);
int backup_manifest_read(struct backup *b, const char *dir);
int backup_look(struct backup *b, const char *dir);

#endif /* !LIANGKA_BACKUP_IMPL_H_ */
