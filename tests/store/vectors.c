#include <sys/stat.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vectors.h"

/* Look where the environment says, else beside the repository. */
int
vectors_find(char path[VECTORS_PATH], const char *name)
{
	const char *root = getenv("LIANGKA_VECTORS");

	snprintf(path, VECTORS_PATH, "%s/%s", root != NULL ? root :
	    "../shared/vectors", name);
	return (access(path, R_OK));
}

/* Walk through the folders. */
int
vectors_each(const char *dir, const char *suffix,
    void (*each)(void *arg, const char *path), void *arg)
{
	size_t slen = strlen(suffix);
	char path[VECTORS_PATH];
	struct dirent *e;
	struct stat st;
	int n = 0, below;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return (-1);
	while ((e = readdir(d)) != NULL && n != -1) {
		size_t len = strlen(e->d_name);

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			below = vectors_each(path, suffix, each, arg);
			n = below == -1 ? -1 : n + below;
		} else if (len >= slen &&
		    strcmp(e->d_name + len - slen, suffix) == 0) {
			each(arg, path);
			n++;
		}
	}
	closedir(d);
	return (n);
}

/* Read it in one piece. */
char *
vectors_read(const char *path, size_t *len)
{
	char *p = NULL;
	struct stat st;
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL)
		return (NULL);
	if (fstat(fileno(f), &st) == 0 &&
	    (p = malloc((size_t)st.st_size + 1)) != NULL) {
		*len = fread(p, 1, (size_t)st.st_size, f);
		p[*len] = '\0';
	}
	fclose(f);
	return (p);
}
