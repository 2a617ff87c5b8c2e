{# Audited rows, as they are, of builds that nothing goes back to. #}
{% macro drop_copies(relations) %}
  {{ return(adapter.dispatch('drop_copies', 'meshport')(relations)) }}
{% endmacro %}

{% macro duckdb__drop_copies(relations) %}
  {{ return(meshport.copies_dropped(relations, meshport.duckdb__quoting())) }}
{% endmacro %}

{% macro databricks__drop_copies(relations) %}
  {{ return(meshport.copies_dropped(relations, meshport.databricks__quoting())) }}
{% endmacro %}

{% macro copies_dropped(relations, quoting) %}
  {% set steps = [] %}
  {% for relation in relations %}
    {% do steps.append(['drop ' ~ relation.identifier, 'drop table if exists ' ~ quoting.relation_name(relation)]) %}
  {% endfor %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}

{% macro default__drop_copies(relations) %}
  {{ return(meshport.no_body('drop_copies')) }}
{% endmacro %}
