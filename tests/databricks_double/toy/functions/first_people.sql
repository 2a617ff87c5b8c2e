is_account_group_member('admins') or person < 2
