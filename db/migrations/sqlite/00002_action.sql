-- Some programs decide about actions: what somebody wants to do, and who. Both are
-- part of the question, so they are kept with the decision. NULL where none was asked.

-- +goose Up

ALTER TABLE decision ADD COLUMN action TEXT CONSTRAINT decision_action CHECK (action <> '');
ALTER TABLE decision ADD COLUMN actor_json TEXT CONSTRAINT decision_actor CHECK (actor_json IS NULL OR json_valid(actor_json));
