-- Lets the site's database role see the rows of a case only for whom it is asked (decision 17). PostgreSQL; `lianxin db protect`
-- runs it after `ledger_role.sql`, as the owner of the tables, after each `lianxin migrate`; it may be run again.
--
-- Four variables say for whom (lianxin/ledger/face.py): lianxin.face (officer, public, system), lianxin.organ, lianxin.cases and
-- lianxin.actor, the rest in JSON. Without them there are no rows. The owner of the tables and superusers are not bound by
-- policies: migrations and backups run as the owner.
--
-- clear     (restrictive) whoever stands behind a wall has no row of the case, whatever else allows it
-- of_case   rows of cases that were opened one by one, or that the officer's organ has to do with
-- by_organ  rows that name the officer's organ, to be read: what it wrote, what lies on its desk

CREATE OR REPLACE FUNCTION lianxin_face() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT current_setting('lianxin.face', true) $$;

CREATE OR REPLACE FUNCTION lianxin_organ() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('lianxin.organ', true), '')::bigint $$;

CREATE OR REPLACE FUNCTION lianxin_cases() RETURNS bigint[] LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('lianxin.cases', true), '')::bigint[] $$;

CREATE OR REPLACE FUNCTION lianxin_actor() RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('lianxin.actor', true), '')::jsonb $$;

CREATE OR REPLACE FUNCTION lianxin_ids(name text) RETURNS bigint[] LANGUAGE sql STABLE AS
$$ SELECT ARRAY(SELECT jsonb_array_elements_text(nullif(current_setting('lianxin.actor', true), '')::jsonb -> name)::bigint) $$;

-- The four that follow run as the owner, because what they look at is itself hidden.

-- The cases hidden from the officer by a wall: what `cases.walls.clear_of` says, once more below it. For lists.
CREATE OR REPLACE FUNCTION lianxin_hidden() RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 10 AS
$$
DECLARE
    actor jsonb := lianxin_actor();
    me bigint := actor ->> 'staff';
    today date := actor ->> 'on';
    ways bigint[] := lianxin_ids('ways');
BEGIN
    RETURN QUERY SELECT w.case_id FROM cases_wall w
        WHERE w.lifted_step IS NULL AND (w.staff_id = me OR w.organ_id = ANY (ways));
    RETURN QUERY SELECT w.case_id FROM cases_wall w
        WHERE w.lifted_step IS NULL AND w.staff_id IS NOT NULL AND EXISTS (
            SELECT FROM organs_post p
            WHERE p.staff_id = w.staff_id AND p.role = 'head' AND p.organ_id = ANY (ways)
              AND p.starts_on <= today AND (p.ends_on IS NULL OR p.ends_on >= today)
        );
END
$$;

-- Whether one case is not among them. Nearly always there is no wall, and that is one look at an index.
CREATE OR REPLACE FUNCTION lianxin_clear(one bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM cases_wall w WHERE w.case_id = one AND w.lifted_step IS NULL) THEN
        RETURN true;
    END IF;
    RETURN one IS NOT DISTINCT FROM (lianxin_actor() ->> 'raising')::bigint OR one NOT IN (SELECT lianxin_hidden());
END
$$;

-- Whether the officer's organ, or for a supervisor an organ below it, has to do with a case. Wider than `cases.policies`.
CREATE OR REPLACE FUNCTION lianxin_involved(one bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS
$$
DECLARE
    mine bigint := lianxin_organ();
    held bigint;
BEGIN
    SELECT c.holder_id INTO held FROM cases_case c WHERE c.id = one;
    RETURN held = mine OR EXISTS (
        SELECT FROM cases_case c
        WHERE c.id = one AND mine IN (c.handled_by_id, c.offered_to_id, c.arbiter_id, c.registrar_id)
    ) OR (lianxin_actor() ->> 'supervises' = 'true' AND lianxin_below(held));
END
$$;

CREATE OR REPLACE FUNCTION lianxin_below(one bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS
$$
BEGIN
    RETURN coalesce((SELECT starts_with(o.path, lianxin_actor() ->> 'path') FROM organs_organ o WHERE o.id = one), false);
END
$$;

CREATE OR REPLACE FUNCTION pg_temp.guard(
    name text, guarded text, condition text, kind text DEFAULT 'PERMISSIVE', verb text DEFAULT 'ALL', checked text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format(
        'CREATE POLICY %I ON %I AS %s FOR %s TO lianxin_app, lianxin_eraser USING (%s) %s', name, guarded, kind, verb, condition,
        CASE WHEN verb = 'ALL' THEN format('WITH CHECK (%s)', coalesce(checked, condition)) ELSE '' END
    );
END
$$;

DO $$
DECLARE
    guarded record;
    helper text;
    column_of_organ text;
    clear text := 'lianxin_face() <> ''officer'' OR lianxin_clear(%s)';
    -- lists, of which a page reads hundreds of rows, are asked what can be asked once a statement, and that first
    clear_in_lists text := '(SELECT lianxin_face()) <> ''officer'' OR case_id NOT IN (SELECT lianxin_hidden())'
        ' OR case_id = (SELECT (lianxin_actor() ->> ''raising'')::bigint)';
    by_organ_first text := '(SELECT lianxin_face()) = ''officer'' AND organ_id = (SELECT lianxin_organ()) OR ';
    involved text;
    of_case text := 'CASE lianxin_face() WHEN ''system'' THEN true WHEN ''public'' THEN %1$s = ANY (lianxin_cases())'
        ' WHEN ''officer'' THEN %1$s = ANY (lianxin_cases()) OR %2$s ELSE false END';
    with_organ text := 'lianxin_organ() IN (holder_id, handled_by_id, offered_to_id, arbiter_id, registrar_id)'
        ' OR (lianxin_actor() ->> ''supervises'' = ''true'' AND lianxin_below(holder_id))';
    by_number text := 'CASE lianxin_face() WHEN ''system'' THEN true WHEN ''officer'' THEN %s'
        ' WHEN ''public'' THEN number = lianxin_actor() ->> ''number'' ELSE false END';
BEGIN
    FOREACH helper IN ARRAY ARRAY[
        'lianxin_hidden()', 'lianxin_clear(bigint)', 'lianxin_involved(bigint)', 'lianxin_below(bigint)'
    ]
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', helper, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', helper);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO lianxin_app, lianxin_eraser', helper);
    END LOOP;
    FOR guarded IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = current_schema() AND 'lianxin_app' = ANY (roles)
    LOOP
        EXECUTE format('DROP POLICY %I ON %I', guarded.policyname, guarded.tablename);
    END LOOP;
    PERFORM pg_temp.guard('clear', 'cases_case', format(clear, 'id'), 'RESTRICTIVE');
    PERFORM pg_temp.guard('of_case', 'cases_case', format(of_case, 'id', '(' || with_organ || ')'));
    -- every table with a column case_id, also one that comes with a later edition
    FOR guarded IN
        SELECT c.oid, c.relname AS table, c.relname IN ('cases_workitem', 'cases_alert') AS in_lists FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
          AND a.attname = 'case_id' AND NOT a.attisdropped AND c.relname NOT IN ('cases_casenumber', 'ledger_event')
        ORDER BY c.relname
    LOOP
        PERFORM pg_temp.guard(
            'clear', guarded.table,
            CASE WHEN guarded.in_lists THEN clear_in_lists ELSE format(clear, 'case_id') END, 'RESTRICTIVE'
        );
        involved := format(of_case, 'case_id', 'lianxin_involved(case_id)');
        PERFORM pg_temp.guard(
            'of_case', guarded.table, CASE WHEN guarded.in_lists THEN by_organ_first ELSE '' END || involved, checked => involved
        );
        FOR column_of_organ IN
            SELECT attname FROM pg_attribute
            WHERE attrelid = guarded.oid AND NOT guarded.in_lists AND attname IN ('organ_id', 'decider_id') AND NOT attisdropped
        LOOP
            PERFORM pg_temp.guard(
                'by_' || replace(column_of_organ, '_id', ''), guarded.table,
                format('lianxin_face() = ''officer'' AND %I = lianxin_organ()', column_of_organ), verb => 'SELECT'
            );
        END LOOP;
    END LOOP;
    -- what an administrator counts of the organs below, the other side of a link, and what the officer has looked at
    PERFORM pg_temp.guard('of_below', 'cases_workitem',
        'lianxin_face() = ''officer'' AND lianxin_actor() ->> ''administers'' = ''true'' AND lianxin_below(organ_id)',
        verb => 'SELECT');
    PERFORM pg_temp.guard('other_clear', 'cases_link', format(clear, 'other_id'), 'RESTRICTIVE');
    PERFORM pg_temp.guard('own_looks', 'ledger_look',
        'lianxin_face() = ''officer'' AND staff_id = (lianxin_actor() ->> ''staff'')::bigint', verb => 'SELECT');
    -- by the number that was typed; a draft by its cookie; events stand in one chain an organ, read by whoever adds to it
    PERFORM pg_temp.guard('clear', 'cases_casenumber', format(clear, 'case_id'), 'RESTRICTIVE');
    PERFORM pg_temp.guard('of_number', 'cases_casenumber', format(by_number, 'true'), checked => 'lianxin_face() <> ''''');
    PERFORM pg_temp.guard('of_number', 'cases_querycode', format(
        by_number, 'EXISTS (SELECT FROM cases_casenumber n WHERE n.number = cases_querycode.number)'
    ), checked => 'lianxin_face() <> ''''');
    PERFORM pg_temp.guard('of_cookie', 'petitioners_draft',
        'lianxin_face() = ''system'' OR id = ANY (lianxin_ids(''drafts''))');
    PERFORM pg_temp.guard('at_work', 'ledger_event', 'lianxin_face() <> ''''');
END
$$;
