-- +goose Up
-- Open traces by deadline, those without one last, and what was announced of a trace.

DROP INDEX trace_state;
CREATE INDEX trace_state ON trace (workspace_id, state, (CASE WHEN deadline=0 THEN 9223372036854775807 ELSE deadline END), id);
CREATE INDEX trace_board ON trace (workspace_id, (CASE WHEN deadline=0 THEN 9223372036854775807 ELSE deadline END), id)
  WHERE state IN ('draft', 'sent', 'answered');
CREATE INDEX event_trace ON event (subject_id, id) WHERE subject_kind = 'trace';
