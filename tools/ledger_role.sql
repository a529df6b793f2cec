-- Takes from the site's database role the right to change or delete what the ledger holds. PostgreSQL; run it as the
-- owner of the tables after each `lianxin migrate`; it may be run again.
--
-- lianxin_app     the role the site, the sweep and the sequencer sign in as. It owns no table: `lianxin migrate` is run
--                 by another role, the owner.
-- lianxin_eraser  the role that destroys salts on erasure, and nothing else of the ledger.
-- Other names: replace them in this file. Passwords and LOGIN are given by hand: ALTER ROLE lianxin_app LOGIN PASSWORD '…'.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lianxin_app') THEN
        CREATE ROLE lianxin_app NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lianxin_eraser') THEN
        CREATE ROLE lianxin_eraser NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL; -- somebody else has made them at this moment
END
$$;

DO $$
DECLARE
    found text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO lianxin_app, lianxin_eraser', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO lianxin_app', current_schema());
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO lianxin_app', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO lianxin_eraser', current_schema());
    FOREACH found IN ARRAY ARRAY[
        'ledger_entry', 'ledger_look', 'ledger_event', 'ledger_place', 'ledger_treenode', 'ledger_pad',
        'ledger_checkpoint', 'ledger_cosignature'
    ]
    LOOP
        EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC, lianxin_app, lianxin_eraser', found);
        EXECUTE format('GRANT SELECT, INSERT ON TABLE %I TO lianxin_app, lianxin_eraser', found);
    END LOOP;
END
$$;

GRANT UPDATE (salt) ON ledger_entry, ledger_look TO lianxin_eraser;

-- Who may change the migrations table could claim that a table is there which is not.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM lianxin_app, lianxin_eraser;
