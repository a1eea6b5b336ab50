-- Roles for customs' database, each with the least it needs. Printed by `customs store roles`; to be run by an administrator in
-- the database, before or after `customs store migrate`, as often as one likes:
--
--     customs store roles | psql --set ON_ERROR_STOP=1 --dbname customs
--
-- customs_owner   owns the tables and migrates them (`customs store migrate`); nobody works as this role day by day
-- customs_worker  reads and writes documents (all other commands); makes, changes and drops no table
-- customs_reader  reads the views in the schema customs_views, and no table
--
-- The database is the program's own: what lies in its schema public becomes customs_owner's. The roles may log in but have no
-- password: give them one with \password, or let pg_hba.conf say how they prove who they are. People get a role of their own
-- and the views with it: `create role anna login in role customs_reader`.

begin;

do $$
declare
    role text;
begin
    foreach role in array array['customs_owner', 'customs_worker', 'customs_reader'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I login', role);
        end if;
    end loop;
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to customs_owner, customs_worker, customs_reader', current_database());
    execute format('grant create on database %I to customs_owner', current_database());
end
$$;

revoke all on schema public from public;
grant all on schema public to customs_owner;
grant usage on schema public to customs_worker;

-- What was migrated before there were roles. What belongs to an extension stays the extension's, and an index or a sequence goes
-- with its table.
do $$
declare
    made record;
begin
    for made in
        select format('alter table %I.%I owner to customs_owner', n.nspname, c.relname) as change
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'customs_views') and c.relkind in ('r', 'p', 'v', 'm')
            and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        union all
        select format('alter routine %s owner to customs_owner', p.oid::regprocedure)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('public', 'customs_views')
            and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
        union all
        select format('alter schema %I owner to customs_owner', nspname) from pg_namespace where nspname = 'customs_views'
    loop
        execute made.change;
    end loop;
end
$$;

