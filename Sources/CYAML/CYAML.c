#include "CYAML.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct trapline_yaml {
    yaml_parser_t parser;
    yaml_event_t event;
    int has_event;
};

struct trapline_yaml *trapline_yaml_new(const unsigned char *bytes, size_t count) {
    struct trapline_yaml *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    if (!yaml_parser_initialize(&reader->parser)) {
        free(reader);
        return NULL;
    }
    yaml_parser_set_input_string(&reader->parser, bytes, count);
    return reader;
}

void trapline_yaml_next(struct trapline_yaml *reader, struct trapline_yaml_event *event) {
    if (reader->has_event) yaml_event_delete(&reader->event);
    reader->has_event = 0;
    memset(event, 0, sizeof *event);
    if (!yaml_parser_parse(&reader->parser, &reader->event)) {
        event->kind = reader->parser.error == YAML_MEMORY_ERROR ? TRAPLINE_YAML_MEMORY : TRAPLINE_YAML_ERROR;
        event->line = reader->parser.problem_mark.line;
        event->column = reader->parser.problem_mark.column;
        event->text = reader->parser.problem ? reader->parser.problem : "unreadable";
        event->length = strlen(event->text);
        return;
    }
    reader->has_event = 1;
    event->line = reader->event.start_mark.line;
    event->column = reader->event.start_mark.column;
    switch (reader->event.type) {
    case YAML_STREAM_END_EVENT: event->kind = TRAPLINE_YAML_END; break;
    case YAML_SCALAR_EVENT:
        event->kind = TRAPLINE_YAML_SCALAR;
        event->text = (const char *)reader->event.data.scalar.value;
        event->length = reader->event.data.scalar.length;
        break;
    case YAML_SEQUENCE_START_EVENT: event->kind = TRAPLINE_YAML_LIST; break;
    case YAML_MAPPING_START_EVENT: event->kind = TRAPLINE_YAML_MAP; break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: event->kind = TRAPLINE_YAML_CLOSE; break;
    case YAML_ALIAS_EVENT: event->kind = TRAPLINE_YAML_ALIAS; break;
    default: event->kind = TRAPLINE_YAML_OTHER; break;
    }
}

void trapline_yaml_free(struct trapline_yaml *reader) {
    if (!reader) return;
    if (reader->has_event) yaml_event_delete(&reader->event);
    yaml_parser_delete(&reader->parser);
    free(reader);
}
