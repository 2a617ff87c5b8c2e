select
    unique_id as subject,
    case
        when coalesce(owner_email, '') = '' then 'the owner has no e-mail address'
        else format('the owner''s address `{}` does not fit {}', owner_email, {{ setting('pattern') }})
    end as message
from {{ info_schema('groups') }}
where package_name = (select project_name from {{ info_schema('project') }})
    and not regexp_full_match(coalesce(owner_email, ''), {{ setting('pattern') }})
