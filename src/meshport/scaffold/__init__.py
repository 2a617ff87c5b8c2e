"""Domain projects from the template: made new, added to a dbt project that is there, and brought up to date.

The template ships inside the wheel, and a wheel cannot render its previous version, which a three-way merge needs. So
the pristine rendering is kept in the domain's own repository, on a branch of its own (the vendor branch): an update
commits the new rendering there and lets git merge it.
"""
