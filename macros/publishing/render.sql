{% macro render(parts) %}
  {% set pieces = [] %}
  {% for part in range(parts) %}
    {% do pieces.append(env_var('MESHPORT_RENDER_' ~ part)) %}
  {% endfor %}
  {% set request = fromjson(pieces | join('')) %}
  {% if request is mapping or request is not iterable %}
    {% do exceptions.raise_compiler_error('MESHPORT_RENDER_0 and the variables that follow hold no JSON list') %}
  {% endif %}

  {% set operations = meshport.operations() %}
  {% set results = [] %}
  {% for entry in request %}
    {% if entry.operation not in operations %}
      {% do exceptions.raise_compiler_error(
        'meshport has no operation ' ~ tojson(entry.operation) ~ '; it has ' ~ (operations | join(', '))
      ) %}
    {% endif %}
    {% do results.append({'id': entry.id, 'statements': operations[entry.operation](**entry.arguments)}) %}
  {% endfor %}

  {% set connection = {'name': target.name, 'type': target.type, 'database': target.database, 'schema': target.schema} %}
  {% if target.type == 'duckdb' %}
    {% do connection.update({'path': target.path}) %}
  {% endif %}
  {% do print('MESHPORT_RENDER:' ~ tojson({'target': connection, 'results': results})) %}
{% endmacro %}
