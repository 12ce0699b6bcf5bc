const { defineConfig } = require('@medusajs/framework/utils');

module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { ssl: false, connection: { ssl: false } },
    databaseLogging: false,
    http: { storeCors: '', adminCors: '', authCors: '', jwtSecret: 'only for tests', cookieSecret: 'only for tests' },
  },
});
