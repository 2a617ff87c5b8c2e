{# A column of no declared type has the source's: a clone brings it, a copy is first made of no rows. A table that is none
   can never become a clone (UPDATE_TABLE_TYPE), so a port that shall be one begins as a clone of an empty table. #}
{% macro databricks__create_empty(port) %}
  {% set name = meshport.databricks__relation_name(port.target) %}
  {% set head = 'create table if not exists ' ~ name %}
  {% set mapping = meshport.databricks__name_mapping(port.columns) %}
  {% set typed = port.columns | selectattr('data_type') | list %}
  {% if port.mode == 'clone' and typed %}
    {% set unmasked = [] %}
    {% for column in typed %}
      {% do unmasked.append(dict(column, mask=none)) %}
    {% endfor %}
    {% set empty = meshport.databricks__relation_name(meshport.databricks__raw_copy(port, 'empty')) %}
    {{ return(
      meshport.statements([
        ['create an empty table', 'create or replace table ' ~ empty ~ ' (\n  '
          ~ (meshport.databricks__column_clauses(unmasked) | join(',\n  ')) ~ '\n)\nusing delta' ~ mapping],
        ['create the port, empty', head ~ '\nshallow clone ' ~ empty],
      ])
      + meshport.databricks__change_masks(dict(port, columns=typed))
      + meshport.databricks__change_row_filter(port)
    ) }}
  {% endif %}
  {% if typed | length == port.columns | length %}
    {% set row_filter = '\nwith ' ~ meshport.databricks__row_filter_clause(port.row_filter) if port.row_filter else '' %}
    {{ return(meshport.statements([['create the port, empty and masked',
      head ~ ' (\n  ' ~ (meshport.databricks__column_clauses(typed) | join(',\n  ')) ~ '\n)\nusing delta' ~ mapping ~ row_filter
    ]])) }}
  {% endif %}
  {% set names = meshport.databricks__identifiers(port.columns | map(attribute='name')) | join(', ') %}
  {{ return(
    meshport.statements([['create the port, empty',
      head ~ '\nusing delta' ~ mapping ~ ' as\nselect ' ~ names ~ ' from ' ~ meshport.databricks__relation_name(port.source) ~ ' where false'
    ]])
    + meshport.databricks__change_masks(port)
    + meshport.databricks__change_row_filter(port)
  ) }}
{% endmacro %}
