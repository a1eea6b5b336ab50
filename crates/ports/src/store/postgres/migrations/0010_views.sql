-- Views for people: what lies in the documents, as tables. They read, nothing else, and show nobody's name, number or address:
-- such data is sealed in the documents, and what a person may have written freely (reasons, names of files, answers in words)
-- is left out. They run with the rights of their owner, so that whoever reads them needs no right to the documents; they are
-- barriers, so that nobody's own function sees a row before the view has chosen it.
--
-- VIEWS.md beside this folder is written from the comments below.

create schema if not exists customs_views;
comment on schema customs_views is 'What the store holds, for people who ask in SQL. Times are moments (timestamptz); amounts are yuan.';

-- A part of a key, with its escapes undone.
create function customs_views.part(key text, number integer) returns text language sql immutable parallel safe as $$
    select replace(replace(split_part(key, '/', number), '%2F', '/'), '%25', '%')
$$;

-- A time as customs writes it (Beijing, 14 to 17 digits, some with signs between); nothing when it is none.
create function customs_views.beijing(given text) returns timestamptz language plpgsql stable parallel safe as $$
declare
    digits text := regexp_replace(given, '[-/:. T]', '', 'g');
begin
    if digits !~ '^[0-9]{14,17}$' then
        return null;
    end if;
    return make_timestamptz(
        substr(digits, 1, 4)::integer, substr(digits, 5, 2)::integer, substr(digits, 7, 2)::integer,
        substr(digits, 9, 2)::integer, substr(digits, 11, 2)::integer,
        (substr(digits, 13, 2) || '.' || rpad(substr(digits, 15), 3, '0'))::double precision,
        'Asia/Shanghai'
    );
exception when data_exception then
    return null;
end
$$;

-- Keys are compared byte by byte: what begins with `case/` lies between `case/` and `case0`.

create view customs_views.orders with (security_barrier) as
with cases as (
    select body->'record' as r, body->'record'->>'order_no' as order_no
    from public.documents where key >= 'case/' and key < 'case0' and body is not null
), declared as (
    select customs_views.part(key, 2) as merchant, customs_views.part(key, 3) as order_no, body->'record' as r
    from public.documents where key >= 'declared/' and key < 'declared0' and body is not null
)
select
    order_no,
    c.r->>'platform' as platform,
    d.merchant as merchant_code,
    c.r->>'state' as state,
    (c.r->>'since')::timestamptz as since,
    (c.r->>'opened_at')::timestamptz as opened_at,
    (select min((document.value->>'made_at')::timestamptz) from jsonb_each(d.r->'documents') document) as declared_at,
    c.r->>'shop' as shop,
    coalesce(c.r->>'after_sale', case when c.r is not null then 'none' end) as after_sale,
    coalesce((c.r->>'waybill')::boolean, case when c.r is not null then false end) as has_waybill,
    case when c.r->>'state' in ('held', 'refused') then (c.r->'hold'->>'since')::timestamptz end as held_since,
    case when c.r->>'state' in ('held', 'refused') then array(
        select distinct reason->>'code' from jsonb_array_elements(c.r->'hold'->'reasons') reason order by 1
    ) end as held_by,
    n.inventory_no,
    n.entry_no,
    (c.r->'repush'->>'asked')::integer as slip_asked,
    case when c.r->'shipping'->>'is' = 'done' then (c.r->'shipping'->>'at')::timestamptz end as shipped_at,
    coalesce((c.r->>'delivered')::boolean, case when c.r is not null then false end) as delivered
from cases c
full join declared d using (order_no)
left join lateral (
    select
        (array_agg(note->>'inventory_no' order by place desc) filter (where note ? 'inventory_no'))[1] as inventory_no,
        (array_agg(note->>'entry_no' order by place desc) filter (where note ? 'entry_no'))[1] as entry_no
    from jsonb_array_elements(c.r->'notes') with ordinality as notes (note, place)
    where note->>'subject' = 'inventory'
) n on true;

comment on view customs_views.orders is 'Every order that is under way or was declared, one row each.';
comment on column customs_views.orders.order_no is 'The platform''s number of the order.';
comment on column customs_views.orders.platform is 'The platform it was read from; nothing for an order of declare build.';
comment on column customs_views.orders.merchant_code is 'Customs'' number of the merchant it is declared for; nothing before it is declared.';
comment on column customs_views.orders.state is 'held, ready, sent, unknown, accepted, released, refused, withdrawn or returned; nothing for an order of declare build, which follows no receipts.';
comment on column customs_views.orders.since is 'Since when it is in that state.';
comment on column customs_views.orders.opened_at is 'When it became known here.';
comment on column customs_views.orders.declared_at is 'When the first of its documents that count was made.';
comment on column customs_views.orders.shop is 'How it stands on the platform: unknown, not_yet, waiting, cancelling, cancelled or shipped.';
comment on column customs_views.orders.after_sale is 'Whether money or goods go back: none, open or done.';
comment on column customs_views.orders.has_waybill is 'Whether its waybill is there.';
comment on column customs_views.orders.held_since is 'Of an order that is held or refused: since when its documents cannot be made.';
comment on column customs_views.orders.held_by is 'Of an order that is held or refused: the fault codes that keep its documents from being made (customs explain CODE). Empty when it waits for something else, which declare status tells.';
comment on column customs_views.orders.inventory_no is 'Customs'' number of its inventory, as receipts told it last.';
comment on column customs_views.orders.entry_no is 'China E-port''s number of its inventory, as receipts told it last.';
comment on column customs_views.orders.slip_asked is 'How often its payment slip was asked for since a person last looked.';
comment on column customs_views.orders.shipped_at is 'When the platform was told that it was shipped.';
comment on column customs_views.orders.delivered is 'Whether the parcel was delivered.';

create view customs_views.documents with (security_barrier) as
select
    c.body->'record'->>'order_no' as order_no,
    paper.kind,
    (place - 1)::integer as version,
    place = jsonb_array_length(paper.versions) as latest,
    made->>'guid' as guid,
    made->>'message' as message_guid,
    made->>'submission' as submission,
    (made->>'made_at')::timestamptz as made_at,
    made->>'dispatch' as dispatch,
    (made->>'sent_at')::timestamptz as sent_at,
    (made->>'attempts')::integer as attempts
from public.documents c
cross join jsonb_each(c.body->'record'->'papers') as paper (kind, versions)
cross join jsonb_array_elements(paper.versions) with ordinality as every (made, place)
where c.key >= 'case/' and c.key < 'case0' and c.body is not null
union all
select
    customs_views.part(d.key, 3),
    kinds.kind,
    0,
    true,
    d.body->'record'->'guids'->>kinds.place,
    document.value->>'message',
    coalesce(document.value->>'submission', 'new'),
    (document.value->>'made_at')::timestamptz,
    case when (document.value->>'declared')::boolean then 'written' else 'saved' end,
    null,
    null
from public.documents d
cross join jsonb_each(d.body->'record'->'documents') as document (type, value)
join (values ('CEB311Message', 'order', 0), ('CEB411Message', 'payment', 1), ('CEB511Message', 'waybill', 2),
             ('CEB621Message', 'inventory', 3)) as kinds (type, kind, place) on kinds.type = document.type
where d.key >= 'declared/' and d.key < 'declared0' and d.body is not null
    and not exists (select from public.documents c where c.key = 'case/' || split_part(d.key, '/', 3));

comment on view customs_views.documents is 'Every version of every document that was made for an order.';
comment on column customs_views.documents.order_no is 'The order.';
comment on column customs_views.documents.kind is 'order, payment, waybill, waybill_status, inventory, withdrawal or return.';
comment on column customs_views.documents.version is 'Which version of the document, from 0; with order_no and kind it is what receipts are about.';
comment on column customs_views.documents.latest is 'Whether it is the latest version, the only one that can count.';
comment on column customs_views.documents.guid is 'The document''s own number.';
comment on column customs_views.documents.message_guid is 'The number of the message it stands in.';
comment on column customs_views.documents.submission is 'new, change or delete (appType).';
comment on column customs_views.documents.made_at is 'When it was made (appTime).';
comment on column customs_views.documents.dispatch is 'made, unknown (its sending has no certain outcome), sent or refused (by the gateway); of declare build: written, or saved when an inventory has no signature.';
comment on column customs_views.documents.sent_at is 'When its message was last submitted.';
comment on column customs_views.documents.attempts is 'How often its message was submitted.';

create view customs_views.receipts with (security_barrier) as
select
    c.body->'record'->>'order_no' as order_no,
    note->>'subject' as kind,
    (note->>'version')::integer as version,
    customs_views.beijing(note->>'at') as at,
    note->>'status' as status,
    array(select (code #>> '{}')::bigint from jsonb_array_elements(note->'codes') as codes (code)) as codes,
    note->>'class' as class,
    coalesce((note->>'form')::boolean, false) as about_form,
    note->>'inventory_no' as inventory_no,
    note->>'entry_no' as entry_no,
    (raw.body->'record'->>'received_at')::timestamptz as received_at,
    (raw.body->'record'->>'folded_at')::timestamptz as taken_at,
    customs_views.part(note->>'raw', 2) as original
from public.documents c
cross join jsonb_array_elements(c.body->'record'->'notes') as notes (note)
left join public.documents raw on raw.key = note->>'raw'
where c.key >= 'case/' and c.key < 'case0' and c.body is not null;

comment on view customs_views.receipts is 'What customs and China E-port answered about the documents of orders, each answer once; their words stay sealed.';
comment on column customs_views.receipts.order_no is 'The order.';
comment on column customs_views.receipts.kind is 'The kind of document it is about.';
comment on column customs_views.receipts.version is 'Which version of the document, from 0.';
comment on column customs_views.receipts.at is 'Customs'' time.';
comment on column customs_views.receipts.status is 'The status as it came: 100 refused, 120 stored, 399 approved, 800 released and so on (customs explain NUMBER).';
comment on column customs_views.receipts.codes is 'Customs'' reasons by number (customs explain NUMBER).';
comment on column customs_views.receipts.class is 'What it means for what happens next: underway, waiting, released, stopped, refused, temporary, correct, setup, exists, old, too_many, payment_missing or unknown.';
comment on column customs_views.receipts.about_form is 'Whether it is about the form of the whole message (CEB900).';
comment on column customs_views.receipts.inventory_no is 'Customs'' number of the inventory.';
comment on column customs_views.receipts.entry_no is 'China E-port''s number of the inventory.';
comment on column customs_views.receipts.received_at is 'When it came to the gateway.';
comment on column customs_views.receipts.taken_at is 'When it was taken into its orders.';
comment on column customs_views.receipts.original is 'The digest of the receipt as it came; see receipt_files.';

create view customs_views.receipt_files with (security_barrier) as
select
    customs_views.part(key, 2) as original,
    (body->'record'->>'received_at')::timestamptz as received_at,
    (body->'record'->>'folded_at')::timestamptz as taken_at,
    coalesce(jsonb_array_length(body->'record'->'orders'), 0) as orders,
    coalesce((body->'record'->>'strays')::integer, 0) as strays,
    body->'record'->>'unreadable' as unreadable
from public.documents
where key >= 'receipt/' and key < 'receipt0' and body is not null;

comment on view customs_views.receipt_files is 'Every receipt as it came from the gateway, also those that nobody could read or that belong to no order known here.';
comment on column customs_views.receipt_files.original is 'The digest of its bytes.';
comment on column customs_views.receipt_files.received_at is 'When it came to the gateway.';
comment on column customs_views.receipt_files.taken_at is 'When it was taken into its orders; nothing while it waits.';
comment on column customs_views.receipt_files.orders is 'How many orders it was about.';
comment on column customs_views.receipt_files.strays is 'How many of its answers belong to no order known here.';
comment on column customs_views.receipt_files.unreadable is 'The fault code when it cannot be read (customs explain CODE).';

create view customs_views.filings with (security_barrier) as
select
    f->>0 as port,
    f->>1 as barcode,
    f->>5 as name,
    f->>6 as hs_code,
    (f->>7)::numeric as quantity1,
    f->>8 as unit1,
    (f->>9)::numeric as quantity2,
    f->>10 as unit2,
    f->>11 as unit,
    f->>12 as country,
    f->>3 as item_no,
    f->>4 as item_record_no,
    f->>2 as spv_id,
    f->>21 as brand,
    f->>13 as customs_specification,
    (f->>17)::numeric as import_cost,
    (f->>19)::numeric as net_weight_g,
    (f->>20)::numeric as gross_weight_g,
    current.import,
    current.row,
    current.imported_at,
    current.versions,
    (item.body->'record'->>'at')::timestamptz as synced_at
from public.documents d
cross join lateral (
    select
        filed->'filing' as f,
        (filed->>'import')::integer as import,
        (filed->>'row')::integer as row,
        (i.body->'record'->>'at')::timestamptz as imported_at,
        count(*) over () as versions
    from jsonb_array_elements(d.body->'record'->'versions') with ordinality as every (filed, place)
    join public.documents i
        on i.key = 'import/' || lpad(filed->>'import', 10, '0') and i.body->'record'->>'state' = 'committed'
    order by place desc
    limit 1
) current
left join public.documents item on item.key = 'sync/xiaohongshu/item/' || split_part(d.key, '/', 2) || '/' || split_part(d.key, '/', 3)
where d.key >= 'filing/' and d.key < 'filing0' and d.body is not null;

comment on view customs_views.filings is 'The goods filings that count today, one row for each port and barcode.';
comment on column customs_views.filings.port is 'The customs port''s name in the catalogue.';
comment on column customs_views.filings.barcode is 'The barcode; with the port it is the filing''s key.';
comment on column customs_views.filings.name is 'The filed name.';
comment on column customs_views.filings.hs_code is 'The commodity code, ten digits.';
comment on column customs_views.filings.quantity1 is 'First legal quantity in one sales unit.';
comment on column customs_views.filings.unit1 is 'First legal unit, by customs'' number.';
comment on column customs_views.filings.quantity2 is 'Second legal quantity in one sales unit, if there is a second unit.';
comment on column customs_views.filings.unit2 is 'Second legal unit, by customs'' number.';
comment on column customs_views.filings.unit is 'The unit it is sold and declared in, by customs'' number.';
comment on column customs_views.filings.country is 'Country of origin, by customs'' number.';
comment on column customs_views.filings.item_no is 'The shop''s own article number.';
comment on column customs_views.filings.item_record_no is 'The number in the bonded account book.';
comment on column customs_views.filings.spv_id is 'The platform''s id of the variant.';
comment on column customs_views.filings.brand is 'Brand.';
comment on column customs_views.filings.customs_specification is 'Specification (规格型号).';
comment on column customs_views.filings.import_cost is 'Import cost of one sales unit.';
comment on column customs_views.filings.net_weight_g is 'Net weight of one sales unit in grams.';
comment on column customs_views.filings.gross_weight_g is 'Gross weight of one sales unit in grams.';
comment on column customs_views.filings.import is 'The import it came with (filing imports).';
comment on column customs_views.filings.row is 'Its row in that file.';
comment on column customs_views.filings.imported_at is 'When that import began.';
comment on column customs_views.filings.versions is 'How many versions of it were imported and not undone.';
comment on column customs_views.filings.synced_at is 'When the platform last accepted its HS code and quantities.';

create view customs_views.tax_by_day with (security_barrier) as
select
    t.day,
    t.merchant_code,
    count(*) as orders,
    sum(t.goods) as goods_value,
    sum(t.charges) as charges,
    sum(t.platform) as tax,
    sum(t.computed) as tax_by_tariff,
    sum(t.difference) as difference,
    count(*) filter (where t.state = 'released') as released_orders,
    coalesce(sum(t.platform) filter (where t.state = 'released'), 0) as released_tax
from (
    select
        (d.body->'record'->'tax'->>'date')::date as day,
        customs_views.part(d.key, 2) as merchant_code,
        (select sum((line->>'value')::numeric) from jsonb_array_elements(d.body->'record'->'tax'->'lines') as lines (line)) as goods,
        (d.body->'record'->'tax'->>'charges')::numeric as charges,
        (d.body->'record'->'tax'->>'platform')::numeric as platform,
        (d.body->'record'->'tax'->>'computed')::numeric as computed,
        (d.body->'record'->'tax'->>'difference')::numeric as difference,
        c.body->'record'->>'state' as state
    from public.documents d
    left join public.documents c on c.key = 'case/' || split_part(d.key, '/', 3)
    where d.key >= 'declared/' and d.key < 'declared0' and d.body->'record' ? 'tax'
) t
group by t.day, t.merchant_code;

comment on view customs_views.tax_by_day is 'The tax of the orders that were declared, by the day whose rates apply and by merchant.';
comment on column customs_views.tax_by_day.day is 'The day of the declaration in Beijing.';
comment on column customs_views.tax_by_day.merchant_code is 'Customs'' number of the merchant.';
comment on column customs_views.tax_by_day.orders is 'Orders declared.';
comment on column customs_views.tax_by_day.goods_value is 'Price of their goods without tax, after price cuts.';
comment on column customs_views.tax_by_day.charges is 'Their freight and insurance.';
comment on column customs_views.tax_by_day.tax is 'Tax on their documents, which is the platform''s.';
comment on column customs_views.tax_by_day.tax_by_tariff is 'Tax by the tariff of that day, on goods and charges.';
comment on column customs_views.tax_by_day.difference is 'The platform''s tax less ours, ours being that of the goods or of goods and charges, whichever lies nearer.';
comment on column customs_views.tax_by_day.released_orders is 'Of these orders, the ones that customs has released.';
comment on column customs_views.tax_by_day.released_tax is 'Tax on the documents of the released orders.';

create view customs_views.refusals_by_reason with (security_barrier) as
with cases as (
    select body->'record' as r from public.documents where key >= 'case/' and key < 'case0' and body is not null
), refusals as (
    select
        case when note->>'status' ~ '^-?[0-9]{1,9}$' and (note->>'status')::integer >= 99 then 'customs' else 'e-port' end as by,
        note->>'subject' as kind,
        note->>'status' as status,
        coalesce(code #>> '{}', note->>'status') as reason,
        note->>'class' as class,
        r->>'order_no' as order_no,
        r->>'state' as state,
        customs_views.beijing(note->>'at') as at
    from cases
    cross join jsonb_array_elements(r->'notes') as notes (note)
    left join jsonb_array_elements(note->'codes') as codes (code) on true
    where note->>'class' in ('refused', 'correct', 'setup', 'payment_missing', 'stopped') or note->>'status' = '100'
    union all
    select 'gateway', paper.kind, null, null, null, r->>'order_no', r->>'state', (made->>'sent_at')::timestamptz
    from cases
    cross join jsonb_each(r->'papers') as paper (kind, versions)
    cross join jsonb_array_elements(paper.versions) as every (made)
    where made->>'dispatch' = 'refused'
    union all
    select 'check', null, null, reason->>'code', null, r->>'order_no', r->>'state', (r->'hold'->>'since')::timestamptz
    from cases
    cross join jsonb_array_elements(r->'hold'->'reasons') as reasons (reason)
)
select
    by,
    kind,
    status,
    reason,
    class,
    count(distinct order_no) as orders,
    count(distinct order_no) filter (where state in ('held', 'refused')) as open_orders,
    min(at) as first_at,
    max(at) as last_at
from refusals
group by by, kind, status, reason, class;

comment on view customs_views.refusals_by_reason is 'Why documents were refused or could not be made: by customs, China E-port, the gateway, or the checks made here before anything is sent.';
comment on column customs_views.refusals_by_reason.by is 'Who refused: customs, e-port, gateway or check.';
comment on column customs_views.refusals_by_reason.kind is 'The kind of document; nothing for a check, which holds the whole order.';
comment on column customs_views.refusals_by_reason.status is 'The receipt''s status; nothing for gateway and check.';
comment on column customs_views.refusals_by_reason.reason is 'The number of customs'' reason, or the status when none is given; the fault code of a check (customs explain says what either means).';
comment on column customs_views.refusals_by_reason.class is 'What it means for what happens next, as in receipts.';
comment on column customs_views.refusals_by_reason.orders is 'Orders that this befell. An order with several reasons counts under each.';
comment on column customs_views.refusals_by_reason.open_orders is 'Of these, the ones that are held or refused today.';
comment on column customs_views.refusals_by_reason.first_at is 'When it first happened, in customs'' time for receipts.';
comment on column customs_views.refusals_by_reason.last_at is 'When it last happened.';
