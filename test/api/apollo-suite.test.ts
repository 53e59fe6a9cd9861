import { ApolloServer, type ApolloServerOptions, type BaseContext } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import {
  defineIntegrationTestSuite,
  type CreateServerForIntegrationTestsOptions,
} from '@apollo/server-integration-testsuite';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Executor } from '../../src/door/executor.js';
import { graphqlHandler } from '../../src/door/graphql-handler.js';

// Apollo's own conformance suite for what stands between HTTP and Apollo. It brings its own Apollo settings, so our
// handler is mounted bare here; the whole door is tested in http-door.test.ts and http-audit.test.ts.
// Seen to fail: with the response headers, or the search part of a GET, not passed on.
describe.each<[string, (config: Config) => Server]>([
  ['interpreted', (config) => ({ config })],
  ['compiled at first sight', compiled],
])('%s', (_name, adapt) => {
  runSuite(adapt);
});

type Config = ApolloServerOptions<BaseContext>;

interface Server {
  readonly config: Config;
  readonly executor?: Executor<BaseContext>;
}

// The compiled answers must be those of the interpreter, errors and wrong variables included; and what was compiled and
// comes again is answered without Apollo.
function compiled(config: Config): Server {
  const { schema, typeDefs, resolvers, gateway, ...others } = config;
  // Of a gateway Apollo expects that it reports on its fields by itself.
  if (gateway || config.apollo || config.rootValue !== undefined || config.fieldResolver !== undefined)
    return { config };
  if (!schema && !typeDefs) return { config };
  const built = schema ?? makeExecutableSchema({ typeDefs: typeDefs ?? [], ...(resolvers && { resolvers }) });
  const executor = new Executor({ schema: built, sightsBeforeCompiling: 0 });
  // Plugins of a test want to see each of its requests.
  const isWatched = (config.plugins?.length ?? 0) > 0;
  return { config: { ...others, gateway: executor.gateway }, ...(isWatched ? {} : { executor }) };
}

function runSuite(adapt: (config: Config) => Server): void {
  defineIntegrationTestSuite(async (given: Config, options?: CreateServerForIntegrationTestsOptions) => {
    const { config, executor } = adapt(given);
    const httpServer = createServer((request, response) => void handle(request, response));
    const apollo = new ApolloServer<BaseContext>({
      ...config,
      plugins: [...(config.plugins ?? []), ApolloServerPluginDrainHttpServer({ httpServer })],
    });
    const handle = graphqlHandler({
      apollo,
      ...(executor && { executor }),
      contextOf: async () => (await options?.context?.()) ?? {},
      formatError: (formatted) => formatted,
      onFault: (error) => {
        throw error;
      },
    });
    await apollo.start();
    httpServer.listen(0, '127.0.0.1');
    await once(httpServer, 'listening');
    const { port } = httpServer.address() as AddressInfo;
    return { server: apollo, url: `http://127.0.0.1:${port}` };
  });
}
