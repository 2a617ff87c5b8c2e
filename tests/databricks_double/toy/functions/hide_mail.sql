case when is_account_group_member('readers') then value else concat('***@', split(value, '@')[1]) end
