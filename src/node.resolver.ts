import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Context } from './context.js';
import { Node, type NodeService } from './node.js';
import { Requires } from './requires.js';

@Resolver()
export class NodeResolver {
  constructor(private readonly nodes: NodeService) {}

  @Requires('viewer.read')
  @Query(() => Node, {
    nullable: true,
    description:
      'Whatever the caller may see, by its opaque id. Null where there is nothing of this id, where it is not an id at all, and where it is not for the caller: these cannot be told apart. Requires viewer.read, and what reading that type requires.',
  })
  node(
    @Arg('id', () => ID, { description: 'Opaque id of a row of any type that implements Node.' }) id: string,
    @Ctx() context: Context,
  ): Promise<object | null> {
    return this.nodes.find(context.operation, id);
  }
}
