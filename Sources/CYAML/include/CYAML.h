/* libyaml's events, one at a time, without its unions. No logic. */
#ifndef TRAPLINE_CYAML_H
#define TRAPLINE_CYAML_H

#include <stddef.h>

enum trapline_yaml_kind {
    TRAPLINE_YAML_END,      /* of the input */
    TRAPLINE_YAML_ERROR,    /* line, column and text say what is wrong */
    TRAPLINE_YAML_MEMORY,
    TRAPLINE_YAML_SCALAR,   /* text */
    TRAPLINE_YAML_LIST,
    TRAPLINE_YAML_MAP,
    TRAPLINE_YAML_CLOSE,    /* the innermost list or map */
    TRAPLINE_YAML_ALIAS,
    TRAPLINE_YAML_OTHER     /* the beginning or end of a stream or document */
};

struct trapline_yaml_event {
    enum trapline_yaml_kind kind;
    /* From 0. */
    size_t line, column;
    /* Valid until the next event. */
    const char *text;
    size_t length;
};

struct trapline_yaml;

/* The bytes must live as long as the reader. Null when memory ran out. */
struct trapline_yaml *trapline_yaml_new(const unsigned char *bytes, size_t count);
void trapline_yaml_next(struct trapline_yaml *reader, struct trapline_yaml_event *event);
void trapline_yaml_free(struct trapline_yaml *reader);

#endif
