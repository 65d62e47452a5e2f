/** Set before anything else is loaded: graphql checks each of its values twice unless it is told that this is no workshop. */

process.env['NODE_ENV'] ??= 'production';
